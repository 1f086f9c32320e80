"""What whoever runs the machine allows: models, servers, a budget, tools.

Read once a process. `claude_nb.models.locks.places` is all that is loaded where nothing is locked.
"""
