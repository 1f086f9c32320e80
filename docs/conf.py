"""How these pages become a site: `make docs`. Nothing in it is loaded from elsewhere."""

import claude_nb

project = "claude_nb"
author = "The claude_nb developers"
copyright = author  # noqa: A001 (Sphinx's name)
version = release = claude_nb.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it, with units and ranges
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = "claude_nb"
html_show_sphinx = False
html_copy_source = False
