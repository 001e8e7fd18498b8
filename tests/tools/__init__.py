"""Tools that try to break the page and the core. They take minutes, so neither pytest nor CI runs them."""
