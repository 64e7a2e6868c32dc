"""One module a page: it reads what is there, and renders one template."""
