"""How a report is shown: as plain text, as Markdown, or as JSON.

All are made from one `Report` and take the most row changes to show per file (None: all of them).
"""
