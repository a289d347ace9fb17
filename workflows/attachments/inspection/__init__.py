"""Judging files that strangers send (docs/uploads.md). Knows neither Django nor the database.

`runner` gives the bytes to a child process (`child`) that may use little memory, little time and write no file;
there `judge` parses them and makes the page images. `scanner` asks a virus scanner beside us.
"""
