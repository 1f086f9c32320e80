"""From options, text, variables and history to a request; knows neither IPython nor rendering."""
