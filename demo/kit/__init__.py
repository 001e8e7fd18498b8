"""What modes and tabs are built from. Nothing in here knows a tab, a mode, or what they compute."""
