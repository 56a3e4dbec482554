"""What the program decides. No I/O, no clock, no randomness: all of these are arguments."""
