"""The Jupyter side: settings, rendering, the live view, the magic and the panel."""
