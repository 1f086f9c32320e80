"""Who answers: the models that a server has, and the servers of this machine."""
