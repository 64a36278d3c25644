"""The `.pivot` directory: what was made, what it was made from, and what is known of both.

`layout` says where things are, `cache` keeps contents, `lock` keeps what each stage was, `state`
remembers what can be found out again, `hold` keeps processes apart, `tree` reads the project's own
files. None of it knows what a stage is.
"""
