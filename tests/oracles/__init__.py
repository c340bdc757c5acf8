"""Plain, slow answers to questions that the product answers fast; tests hold the two equal."""
