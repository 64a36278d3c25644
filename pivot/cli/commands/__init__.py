"""The commands, one module each, imported when they are typed. Tests: tests/cli/commands/."""
