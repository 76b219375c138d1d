// Package original reads what the original Tempest plugin, osic/persistent-resources-tests, left behind: a pickled dictionary
// named persistent.resource for each service, written when its create class ended. It makes of it the records of our state,
// so that what the original made before an upgrade can be verified and deleted after it.
//
// Of the resources it holds little more than ids: no server's name, no header, no host key. What is not in it has no
// baseline here either. Nothing that the pickle names is executed.
package original
