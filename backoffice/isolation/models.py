"""No tables of its own; Django tells an app about migrations only when it has this module."""
