"""The month-end pack: what the books say of a month, section by section."""
