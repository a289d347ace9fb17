"""Judging files that strangers send (security.md S15). Knows neither Django nor the database.

`runner` gives the bytes to a child process (`child`) that may use little memory, little time and write no file;
there `judge` parses them and makes the page images. `scanner` asks a virus scanner beside us.
"""
