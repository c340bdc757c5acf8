"""normalise -> candidates -> score -> allocate -> decide -> explain. Pure: frames and records in, frames and records out."""
