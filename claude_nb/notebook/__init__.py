"""The Jupyter side: settings, rendering, the live view, the magic and the panel."""

from claude_nb.notebook import errors as errors  # what is raised here is shown in a few lines
