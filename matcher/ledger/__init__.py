"""What the books say as of a day: pure functions of `matcher.frames.State`. No files, no store, no clock."""
