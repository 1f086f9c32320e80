"""Run All: what many waiting prompts can cost is said, and agreed to, before the first is sent."""
