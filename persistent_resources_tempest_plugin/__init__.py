"""Shows the tests of the program persistent-resources to Tempest.

Nothing is tested here: the program is asked for its tests and runs them.
"""
