import os

from tempest.test_discover import plugins

from persistent_resources_tempest_plugin import config


class PersistentResourcesTestsPlugin(plugins.TempestPlugin):
    # The class and the entry point have the names of the plugin that this
    # one follows, so that an entry point left over from it finds this class.

    def load_tests(self):
        package = os.path.dirname(os.path.abspath(__file__))
        return os.path.join(package, 'tests'), os.path.dirname(package)

    def register_opts(self, conf):
        conf.register_group(config.group)
        conf.register_opts(config.options, group=config.group)

    def get_opt_lists(self):
        return [(config.group.name, config.options)]
