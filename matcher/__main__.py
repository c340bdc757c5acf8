"""`python -m matcher`: the command line."""

from matcher.cli import program

if __name__ == "__main__":
    program()
