package tempestconf

import "errors"

// Describe tells an error in the terms of the Python tools: the class of the exception that oslo.config, Tempest or
// openstacksdk raises for the same input, and its text. The class of other errors is empty.
func Describe(err error) (class, message string) {
	var parse *ParseError
	var decode *DecodeError
	var option *OptionError
	var cloud *CloudError
	var none *NoCloudError
	switch {
	case err == nil:
		return "", ""
	case errors.As(err, &parse):
		return parse.Class(), parse.Error()
	case errors.As(err, &decode):
		return decode.Class(), decode.Message()
	case errors.As(err, &option):
		return option.Class, option.OsloMessage()
	case errors.As(err, &cloud):
		return cloud.Class, cloud.Message
	case errors.As(err, &none):
		return none.Class(), none.Message()
	}
	return "", err.Error()
}
