from persistent_resources_tempest_plugin import suite


def load_tests(loader, tests, pattern):
    return suite.load()
