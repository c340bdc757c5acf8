"""The rulebook as data: what each rule may do, checked when it is loaded."""
