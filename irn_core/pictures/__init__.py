"""Picture files: read with care, written without loss, listed from folders."""
