/* SPDX-License-Identifier: Apache-2.0 */
/* What is left out of a snapshot, and with which code and words. */
#include "snapshot_fixture.h"

#define CLASS(name, kind, data)                                                                                        \
	"cn=" name ",cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassKind: " kind "\nlessorClassData: " data  \
	"\n"
#define DEFINITION(name, code, type)                                                                                   \
	"cn=" name ",cn=options,cn=DHCP,dc=x\nobjectClass: lessorOptionDefinition\nlessorOptionCode: " code                 \
	"\nlessorOptionType: " type "\n"
#define POLICY(name, order, condition)                                                                                 \
	"\ncn=" name ",cn=10.1.0.0" IN_SITE "objectClass: lessorPolicy\nlessorProcessingOrder: " order                        \
	"\nlessorCondition: " condition "\n"
#define RANGED_SCOPE SCOPE "lessorRange: 10.1.0.10-10.1.0.99\nlessorRange: 10.1.0.100-10.1.0.200 bootp\n"
#define KIOSK CLASS("Kiosk", "user", "kiosk") "\n"
#define CARDS DEFINITION("pin", "230", "u16") "\n"

/* Entries behind a good tree, and the one finding that they must give. */
struct row {
	const char *text;
	int code;
	const char *attribute;
	const char *words; /* of the reason */
};

static const struct row rows[] = {
	/* a scope's subnet */
	{ "cn=10.1.0.1" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n", E_DHCP_SUBNET_INCONSISTENT, "cn",
	  "name the scope 10.1.0.0" },
	{ "cn=office" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n", E_DHCP_SUBNET_INCONSISTENT, "cn",
	  "\"office\" is not a network address" },
	{ "cn=0.0.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 8\n", E_DHCP_SUBNET_INCONSISTENT, "cn",
	  "is not a network address" },
	{ "cn=127.0.1.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n", E_DHCP_SUBNET_INCONSISTENT, "cn",
	  "127.0.1.0/24 has addresses that no client can have" },
	{ "cn=192.0.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 2\n", E_DHCP_SUBNET_INCONSISTENT, "cn",
	  "no client can have" },
	{ "cn=239.1.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 16\n", E_DHCP_SUBNET_INCONSISTENT, "cn",
	  "224.0.0.0/4" },
	{ "cn=10.1.0.0" IN_SITE "objectClass: lessorScope\n", E_DHCP_SUBNET_INCONSISTENT, "lessorPrefixLength", "add one" },
	{ "cn=10.1.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 0\n", E_DHCP_SUBNET_INCONSISTENT,
	  "lessorPrefixLength", "from 1 to 30" },
	{ "cn=10.1.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 31\n", E_DHCP_SUBNET_INCONSISTENT,
	  "lessorPrefixLength", "from 1 to 30" },
	{ "cn=10.1.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\nlessorPrefixLength: 25\n",
	  E_INVALID_PARAMETER, "lessorPrefixLength", "has 2 values" },
	{ SCOPE "\ncn=10.1.0.0" IN_SITE_2 "objectClass: lessorScope\nlessorPrefixLength: 24\n", E_DDS_SUBNET_EXISTS, "cn",
	  "overlaps that of cn=10.1.0.0,cn=berlin" },
	{ SCOPE "\ncn=10.1.0.128" IN_SITE_2 "objectClass: lessorScope\nlessorPrefixLength: 25\n", E_DDS_SUBNET_EXISTS,
	  "cn", "10.1.0.128/25 overlaps" },
	{ SCOPE "\ncn=10.0.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 8\n", E_DDS_SUBNET_EXISTS, "cn",
	  "10.0.0.0/8 overlaps that of cn=10.1.0.0" },
	{ SCOPE "\ncn=10.0.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 15\n", E_DDS_SUBNET_EXISTS, "cn",
	  "10.0.0.0/15 overlaps" },
	{ SCOPE "\ncn=10.1.0.0,cn=more" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n", E_DDS_SUBNET_EXISTS, "cn",
	  "overlaps that of" },
	/* ranges and exclusions */
	{ SCOPE "lessorRange: 10.1.0.9-10.1.0.5\n", E_DHCP_INVALID_RANGE, "lessorRange", "ends before it starts" },
	{ SCOPE "lessorRange: 10.1.0.9 to 10.1.0.20\n", E_DHCP_INVALID_RANGE, "lessorRange", "unknown word" },
	{ SCOPE "lessorRange: lots\n", E_DHCP_INVALID_RANGE, "lessorRange", "is not a range" },
	{ SCOPE "lessorRange: 10.1.0.9-\n", E_DHCP_INVALID_RANGE, "lessorRange", "is not a range" },
	{ SCOPE "lessorRange: 10.1.0.200-10.1.0.220-10.1.0.230\n", E_DHCP_INVALID_RANGE, "lessorRange", "is not a range" },
	{ SCOPE "lessorRange: 10.1.0.9-10.1.0.20 boot\n", E_DHCP_INVALID_RANGE, "lessorRange", "write dhcp, bootp, both" },
	{ SCOPE "lessorRange: 10.1.0.9-10.1.0.20 dhcp bootp\n", E_DHCP_INVALID_RANGE, "lessorRange", "unknown word" },
	{ SCOPE "lessorRange: 10.1.0.9-10.1.1.20\n", E_DHCP_INVALID_RANGE, "lessorRange", "not within the scope's subnet 10.1.0.0/24" },
	{ SCOPE "lessorRange: 10.0.255.255-10.1.0.20\n", E_DHCP_INVALID_RANGE, "lessorRange", "not within" },
	{ SCOPE "lessorRange: 10.1.0.0-10.1.0.20\n", E_DHCP_INVALID_RANGE, "lessorRange", "network address" },
	{ SCOPE "lessorRange: 10.1.0.20-10.1.0.255\n", E_DHCP_INVALID_RANGE, "lessorRange", "broadcast address" },
	{ SCOPE "lessorRange: 10.1.0.50-10.1.0.60\nlessorRange: 10.1.0.20-10.1.0.50 dhcp\n", E_DHCP_INVALID_RANGE,
	  "lessorRange", "10.1.0.50-10.1.0.60 overlaps 10.1.0.20-10.1.0.50" },
	{ SCOPE "lessorExclusion: none\n", E_DHCP_INVALID_RANGE, "lessorExclusion", "is not a range" },
	{ SCOPE "lessorExclusion: 10.1.1.5\n", E_DHCP_INVALID_RANGE, "lessorExclusion", "not within" },
	{ SCOPE "lessorExclusion: 10.1.0.5 dhcp\n", E_DHCP_INVALID_RANGE, "lessorExclusion", "nothing may stand there" },
	/* other values of a scope */
	{ SCOPE "lessorServedBy: a.example\nlessorServedBy: b.example\nlessorServedBy: c.example\n",
	  E_DHCP_FO_SCOPE_NOT_IN_RELATIONSHIP, "lessorServedBy", "3 servers" },
	{ SCOPE "lessorState: maybe\n", E_INVALID_PARAMETER, "lessorState", "enabled or disabled" },
	{ SCOPE "lessorState:\n", E_INVALID_PARAMETER, "lessorState", "is empty" },
	/* superscopes */
	{ SCOPE "lessorSuperscope: lan\nlessorDefaultScope: yes\n", E_INVALID_PARAMETER, "lessorDefaultScope", "on or off" },
	{ SCOPE "lessorSuperscope: Lan\nlessorDefaultScope: on\n"
		"\ncn=10.2.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\nlessorSuperscope: lAN\n"
		"lessorDefaultScope: on\n", E_DHCP_DEFAULT_SCOPE_EXISTS, "lessorDefaultScope",
	  "the superscope lAN already has the default scope cn=10.1.0.0,cn=berlin" },
	/* filters, boot files, interfaces */
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorFilter: allow 02:00:5e\n", E_INVALID_PARAMETER,
	  "lessorFilter", "\"allow 02:00:5e\" is not a filter" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorFilter: deny 02:00:5e:*\n"
	  "lessorFilter: allow 02-00-5E-*\n", E_DHCP_LINKLAYER_ADDRESS_EXISTS, "lessorFilter", "two filters for 02:00:5e:*" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorFilter: exempt 6\nlessorFilter: exempt 6 again\n",
	  E_DHCP_HARDWARE_ADDRESS_TYPE_ALREADY_EXEMPT, "lessorFilter", "type 6 is exempt twice" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorBootFile: a,b\n", E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE,
	  "lessorBootFile", "\"a,b\" is not a row" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorBootFile: a,b,c\nlessorBootFile: a,d,e\n",
	  E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE, "lessorBootFile", "two rows for the file \"a\"" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorUnboundInterface: eth 0\n", E_INVALID_PARAMETER,
	  "lessorUnboundInterface", "\"eth 0\" is not the name" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\nlessorUnboundInterface: 0123456789abcdef\n",
	  E_INVALID_PARAMETER, "lessorUnboundInterface", "is not the name" },
	/* options and settings */
	{ SCOPE "lessorOption: routers=here\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorOption", "option routers: \"here\" is not an" },
	{ SCOPE "lessorOption: lease-time\n", E_INVALID_PARAMETER, "lessorOption", "NAME=VALUE" },
	{ SCOPE "lessorOption: 53=1\n", E_INVALID_PARAMETER, "lessorOption", "by the server itself" },
	{ KIOSK SCOPE "lessorOption: [user:Kiosk]routers=here\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorOption",
	  "option [user:Kiosk]routers: " },
	{ KIOSK SCOPE "lessorOption: [user:Kiosk routers=10.1.0.1\n", E_INVALID_PARAMETER, "lessorOption", "is not closed" },
	{ KIOSK SCOPE "lessorOption: [class:Kiosk]routers=10.1.0.1\n", E_INVALID_PARAMETER, "lessorOption", "says nothing" },
	{ KIOSK SCOPE "lessorOption: [user:Kiosk][vendor:Microsoft Options]1=1\n", E_INVALID_PARAMETER, "lessorOption",
	  "says nothing" },
	{ KIOSK SCOPE "lessorOption: [user:Kiosk]routers=10.1.0.1\nlessorOption: [USER:kiosk]3=10.1.0.2\n",
	  E_DHCP_OPTION_EXISTS, "lessorOption", "[user:Kiosk]routers is given twice" },
	{ SCOPE "lessorOption: [vendor:Microsoft Options]1=on\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorOption",
	  "option [vendor:Microsoft Options]disable-netbios: \"on\"" },
	/* classes */
	{ "cn=Kiosk,cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassData: k\n", E_INVALID_PARAMETER,
	  "lessorClassKind", "has no lessorClassKind; add one, for example user" },
	{ "cn=Kiosk,cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassKind: user\n", E_INVALID_PARAMETER,
	  "lessorClassData", "has no lessorClassData" },
	{ CLASS("Kiosk", "site", "k"), E_INVALID_PARAMETER, "lessorClassKind", "user or vendor" },
	{ CLASS("Kiosk", "user", "hex:4"), E_INVALID_PARAMETER, "lessorClassData", "\"hex:4\" is not the data" },
	{ CLASS("Ki]osk", "user", "k"), E_INVALID_PARAMETER, "cn", "one of the characters ]" },
	{ CLASS("microsoft options", "user", "k"), E_DDS_CLASS_EXISTS, "cn", "\"Microsoft Options\" is built in" },
	{ CLASS("Mine", "vendor", "MSFT"), E_DHCP_CLASS_ALREADY_EXISTS, "lessorClassData", "built-in class \"Microsoft Options\"" },
	{ KIOSK CLASS("KIOSK,cn=more", "vendor", "other"), E_DDS_CLASS_EXISTS, "cn",
	  "the class KIOSK already has the entry cn=Kiosk,cn=classes" },
	{ KIOSK CLASS("Terminal", "user", "hex:6b696f736b"), E_DHCP_CLASS_ALREADY_EXISTS, "lessorClassData",
	  "the data kiosk already belongs to the class cn=Kiosk" },
	{ "cn=Kiosk" IN_SITE "objectClass: lessorClass\nlessorClassKind: user\nlessorClassData: k\n", E_DDS_UNEXPECTED_ERROR, "",
	  "does not stand below the root" },
	/* definitions */
	{ "cn=pin,cn=options,cn=DHCP,dc=x\nobjectClass: lessorOptionDefinition\nlessorOptionType: u16\n", E_INVALID_PARAMETER,
	  "lessorOptionCode", "has no lessorOptionCode; add one, for example 224" },
	{ DEFINITION("pin", "0", "u16"), E_INVALID_PARAMETER, "lessorOptionCode", "from 1 to 254" },
	{ DEFINITION("pin", "255", "u16"), E_INVALID_PARAMETER, "lessorOptionCode", "from 1 to 254" },
	{ DEFINITION("pin", "230", "word"), E_INVALID_PARAMETER, "lessorOptionType", "\"word\" is not a type; write one of flag," },
	{ DEFINITION("pin=", "230", "u16"), E_INVALID_PARAMETER, "cn", "one of the characters []=" },
	{ DEFINITION("231", "230", "u16"), E_INVALID_PARAMETER, "cn", "231 is a number other than the option's" },
	{ DEFINITION("pin", "230", "u16") "lessorDefaultValue: many\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorDefaultValue",
	  "\"many\" is not a number" },
	{ DEFINITION("pin", "3", "u16"), E_DHCP_OPTION_EXISTS, "lessorOptionCode", "option 3 is built in, as routers" },
	{ DEFINITION("pin", "53", "u16"), E_DHCP_OPTION_EXISTS, "lessorOptionCode", "is built in" },
	{ DEFINITION("Routers", "230", "u16"), E_DDS_OPTION_ALREADY_EXISTS, "cn", "called Routers is built in" },
	{ DEFINITION("pin", "1", "u16") "lessorVendorClass: Microsoft Options\n", E_DHCP_OPTION_EXISTS, "lessorOptionCode",
	  "option 1 is built in, as disable-netbios" },
	{ DEFINITION("disable-netbios", "9", "u16") "lessorVendorClass: Microsoft Options\n", E_DDS_OPTION_ALREADY_EXISTS, "cn",
	  "is built in" },
	{ DEFINITION("pin", "230", "u16") "lessorVendorClass: nobody\n", E_DHCP_CLASS_NOT_FOUND, "lessorVendorClass",
	  "there is no vendor class \"nobody\"" },
	{ KIOSK DEFINITION("pin", "230", "u16") "lessorVendorClass: kiosk\n", E_DHCP_CLASS_NOT_FOUND, "lessorVendorClass",
	  "\"kiosk\" is not a vendor class" },
	{ CARDS DEFINITION("puk", "230", "u16"), E_DHCP_OPTION_EXISTS, "lessorOptionCode",
	  "option 230 is already defined by cn=pin,cn=options" },
	{ CARDS DEFINITION("Pin,cn=more", "231", "u16"), E_DDS_OPTION_ALREADY_EXISTS, "cn", "called Pin is already defined by cn=pin" },
	{ DEFINITION("a", "9", "u16") "lessorVendorClass: Microsoft Options\n\n" DEFINITION("b", "9", "u16")
	  "lessorVendorClass: microsoft options\n", E_DHCP_OPTION_EXISTS, "lessorOptionCode", "already defined by cn=a" },
	{ "cn=pin" IN_SITE "objectClass: lessorOptionDefinition\nlessorOptionCode: 230\nlessorOptionType: u16\n",
	  E_DDS_UNEXPECTED_ERROR, "", "does not stand below the root" },
	/* policies */
	{ SCOPE "\ncn=p,cn=10.1.0.0" IN_SITE "objectClass: lessorPolicy\nlessorCondition: mac is 02:*\n",
	  E_DHCP_INVALID_PROCESSING_ORDER, "lessorProcessingOrder", "has no lessorProcessingOrder; add one, for example 1" },
	{ SCOPE "\ncn=p,cn=10.1.0.0" IN_SITE "objectClass: lessorPolicy\nlessorProcessingOrder: 1\n",
	  E_DHCP_INVALID_POLICY_EXPRESSION, "lessorCondition", "has no lessorCondition" },
	{ SCOPE POLICY("p", "0", "mac is 02:*"), E_DHCP_INVALID_PROCESSING_ORDER, "lessorProcessingOrder", "from 1 on" },
	{ SCOPE POLICY("p", "first", "mac is 02:*"), E_DHCP_INVALID_PROCESSING_ORDER, "lessorProcessingOrder", "\"first\"" },
	{ SCOPE POLICY("p", "1", "mac resembles 02:*"), E_DHCP_INVALID_POLICY_EXPRESSION, "lessorCondition", "" },
	{ SCOPE POLICY("p", "1", "(mac is 02:*"), E_DHCP_POLICY_BAD_PARENT_EXPR, "lessorCondition", "" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorState: on\n", E_INVALID_PARAMETER, "lessorState", "enabled or disabled" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorLeaseTime: 5\n", E_INVALID_PARAMETER, "lessorLeaseTime", "from 60" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorOption: routers=here\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorOption", "" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.9-10.1.0.5\n", E_DHCP_POLICY_RANGE_BAD, "lessorRange",
	  "ends before it starts" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: some\n", E_DHCP_POLICY_RANGE_BAD, "lessorRange", "is not a range" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.5 dhcp\n", E_DHCP_POLICY_RANGE_BAD, "lessorRange",
	  "on a policy nothing may stand there" },
	{ RANGED_SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.20-10.1.0.30\nlessorRange: 10.1.0.30\n",
	  E_DHCP_POLICY_RANGE_BAD, "lessorRange", "10.1.0.20-10.1.0.30 and 10.1.0.30 of the policy overlap" },
	{ RANGED_SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.20-10.1.0.30\n\n"
	  POLICY("q", "2", "mac is 03:*") "lessorRange: 10.1.0.40-10.1.0.50\nlessorRange: 10.1.0.25-10.1.0.35\n",
	  E_DHCP_POLICY_RANGE_EXISTS, "lessorRange", "10.1.0.25-10.1.0.35 overlaps 10.1.0.20-10.1.0.30 of the policy cn=p," },
	{ RANGED_SCOPE POLICY("p", "1", "fqdn is single-label") "lessorRange: 10.1.0.20\n", E_DHCP_POLICY_FQDN_RANGE_UNSUPPORTED,
	  "lessorRange", "about the client's domain name" },
	{ SCOPE POLICY("p", "1", "mac is 02:* and fqdn is single-label") "lessorOption: routers=10.1.0.1\n",
	  E_DHCP_POLICY_FQDN_OPTION_UNSUPPORTED, "lessorOption", "no option but 81" },
	{ SCOPE POLICY("p", "1", "fqdn is single-label") "lessorOption: [vendor:Microsoft Options]1=1\n",
	  E_DHCP_POLICY_FQDN_OPTION_UNSUPPORTED, "lessorOption", "no option but 81" },
	{ "cn=p" IN_SITE "objectClass: lessorPolicy\nlessorProcessingOrder: 1\nlessorCondition: mac is 02:*\n"
	  "lessorRange: 10.1.0.20\n", E_DHCP_RANGE_INVALID_IN_SERVER_POLICY, "lessorRange", "only the policy of a scope" },
	{ "cn=p,cn=a.example" IN_SITE "objectClass: lessorPolicy\nlessorProcessingOrder: 1\nlessorCondition: mac is 02:*\n"
	  "lessorRange: 10.1.0.20\n\ncn=a.example" IN_SITE "objectClass: lessorServer\n",
	  E_DHCP_RANGE_INVALID_IN_SERVER_POLICY, "lessorRange", "only the policy of a scope" },
	{ "cn=p,dc=x\nobjectClass: lessorPolicy\nlessorProcessingOrder: 1\nlessorCondition: mac is 02:*\n",
	  E_DDS_UNEXPECTED_ERROR, "", "does not stand below a scope, a server, a site or the root" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\n\ncn=p,cn=10.1.0.7,cn=10.1.0.0" IN_SITE
	  "objectClass: lessorPolicy\nlessorProcessingOrder: 1\nlessorCondition: mac is 02:*\n",
	  E_DDS_UNEXPECTED_ERROR, "", "does not stand below a scope" },
	/* settings */
	{ SCOPE "lessorOption: routers=10.1.0.1\nlessorOption: 3=10.1.0.2\n", E_DHCP_OPTION_EXISTS, "lessorOption",
	  "routers is given twice" },
	{ SCOPE "lessorLeaseTime: 1\n", E_INVALID_PARAMETER, "lessorLeaseTime", "from 60" },
	{ SCOPE "lessorOfferTime: soon\n", E_INVALID_PARAMETER, "lessorOfferTime", "\"soon\"" },
	/* a reservation */
	{ SCOPE "\ncn=printer" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:77:01\n", E_DHCP_NOT_RESERVED_CLIENT, "cn",
	  "\"printer\" is not an address" },
	{ SCOPE "\ncn=10.1.1.7" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:77:01\n", E_DHCP_NOT_RESERVED_CLIENT, "cn",
	  "10.1.1.7 is not an address for a client of the subnet 10.1.0.0/24" },
	{ SCOPE "\ncn=10.1.0.0" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:77:01\n", E_DHCP_NOT_RESERVED_CLIENT, "cn",
	  "choose another" },
	{ SCOPE "\ncn=10.1.0.255" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:77:01\n", E_DHCP_NOT_RESERVED_CLIENT, "cn",
	  "choose another" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE, E_INVALID_PARAMETER, "", "whose it is" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 02:00:xx\n", E_INVALID_PARAMETER, "lessorHardwareAddress",
	  "1 to 16 octets" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 0102030405060708090a0b0c0d0e0f1011\n", E_INVALID_PARAMETER,
	  "lessorHardwareAddress", "1 to 16 octets" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorClientIdentifier: 01\n", E_INVALID_PARAMETER, "lessorClientIdentifier",
	  "2 to 255 octets" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\nlessorClientType: none\n",
	  E_INVALID_PARAMETER, "lessorClientType", "dhcp, bootp or both" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\n"
		"\ncn=10.1.0.7,cn=more" IN_SCOPE "lessorHardwareAddress: 020000007702\n", E_DDS_RESERVATION_CONFLICT, "cn",
	  "10.1.0.7 already has the entry cn=10.1.0.7,cn=10.1.0.0" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\n"
		"\ncn=10.1.0.8" IN_SCOPE "lessorHardwareAddress: 02-00-00-00-77-01\n", E_DDS_RESERVATION_CONFLICT,
	  "lessorHardwareAddress", "02:00:00:00:77:01 already has the entry cn=10.1.0.7" },
	{ SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorClientIdentifier: 01aaBB\n"
		"\ncn=10.1.0.8" IN_SCOPE "lessorClientIdentifier: 01:AA:bb\n", E_DDS_RESERVATION_CONFLICT,
	  "lessorClientIdentifier", "01:aa:bb" },
	/* who stands below whom */
	{ "cn=10.1.0.0,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorPrefixLength: 24\n", E_DDS_UNEXPECTED_ERROR, "",
	  "below a site" },
	{ "cn=stray,dc=x\nobjectClass: lessorSite\n", E_DDS_UNEXPECTED_ERROR, "", "below the root" },
	{ "cn=dhcp1.example.com,cn=DHCP,dc=x\nobjectClass: lessorServer\n", E_DDS_UNEXPECTED_ERROR, "", "below a site" },
	{ "cn=10.1.0.7" IN_SITE "objectClass: lessorReservation\nlessorHardwareAddress: 020000007701\n",
	  E_DDS_SUBNET_NOT_PRESENT, "", "below a scope" },
	{ "cn=inner" IN_SITE "objectClass: lessorRoot\n", E_DDS_UNEXPECTED_ERROR, "", "below another entry" },
	{ "cn=DHCP2,dc=x\nobjectClass: lessorRoot\n", E_DDS_UNEXPECTED_ERROR, "cn", "the root already has the entry cn=DHCP,dc=x" },
	{ "cn=a.example" IN_SITE "objectClass: lessorServer\n\ncn=A.Example" IN_SITE_2 "objectClass: lessorServer\n",
	  E_DDS_SERVER_ALREADY_EXISTS, "cn", "the server A.Example already has the entry cn=a.example" },
	{ "CN=Berlin, cn=sites, CN=dhcp, DC=x\nobjectClass: lessorSite\n", E_DDS_UNEXPECTED_ERROR, "", "is called" },
	{ "=nameless" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n", E_DHCP_SUBNET_INCONSISTENT, "cn", "" },
	{ "cn=#04" IN_SITE "objectClass: lessorSite\n", E_INVALID_PARAMETER, "", "cannot be read" },
};

/* The same for findings that leave out one value. */
static const struct row value_rows[] = {
	{ SCOPE "lessorOption: no-such-thing=1\n", E_DHCP_OPTION_NOT_PRESENT, "lessorOption", "no-such-thing" },
	{ SCOPE "lessorOption: router=10.1.0.1\n", E_DHCP_OPTION_NOT_PRESENT, "lessorOption", "did you mean \"routers\"?" },
	{ SCOPE "lessorOption: 224=here\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorOption", "option 224: \"here\"" },
	{ SCOPE POLICY("p", "1", "user-class is Kiosk"), E_DHCP_CLASS_NOT_FOUND, "lessorCondition", "Kiosk" },
	{ SCOPE "lessorOption: [user:Kiosk]routers=10.1.0.1\n", E_DHCP_CLASS_NOT_FOUND, "lessorOption",
	  "there is no user class \"Kiosk\"; define it first" },
	{ KIOSK SCOPE "lessorOption: [user:Kiosc]routers=10.1.0.1\n", E_DHCP_CLASS_NOT_FOUND, "lessorOption",
	  "did you mean \"Kiosk\"?" },
	{ KIOSK SCOPE "lessorOption: [vendor:kiosk]1=00\n", E_DHCP_CLASS_NOT_FOUND, "lessorOption",
	  "\"kiosk\" is not a vendor class" },
	{ SCOPE "lessorOption: [vendor:Microsoft Options]disable-netbois=1\n", E_DHCP_OPTION_NOT_PRESENT, "lessorOption",
	  "no option of the vendor class \"Microsoft Options\" called \"disable-netbois\"; did you mean \"disable-netbios\"?" },
	{ SCOPE "lessorOption: [vendor:Microsoft Options]routers=10.1.0.1\n", E_DHCP_OPTION_NOT_PRESENT, "lessorOption",
	  "define it first" },
	{ SCOPE "lessorOption: [vendor:Microsoft Options]77=00\n", E_DHCP_OPTION_NOT_PRESENT, "lessorOption", "\"77\"" },
	{ CARDS SCOPE "lessorOption: pin=many\n", E_DHCP_OPTION_TYPE_MISMATCH, "lessorOption", "option pin: \"many\"" },
	/* ranges that the scope does not hold */
	{ RANGED_SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.190-10.1.0.201\n",
	  E_SCOPE_RANGE_POLICY_RANGE_CONFLICT, "lessorRange",
	  "10.1.0.190-10.1.0.201 of the policy is not within the ranges of the scope 10.1.0.0" },
	{ SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.9\n", E_SCOPE_RANGE_POLICY_RANGE_CONFLICT, "lessorRange",
	  "not within the ranges" },
	{ RANGED_SCOPE POLICY("p", "1", "mac is 02:*") "lessorRange: 10.1.0.200-10.1.1.5\n", E_DHCP_POLICY_RANGE_BAD,
	  "lessorRange", "not within the addresses of the scope" },
};

static void check_row(const struct row *row, bool is_value_only) {
	char text[2048];
	struct fixture fixture;
	const struct finding *finding;

	snprintf(text, sizeof text, "%s%s", TREE, row->text);
	fixture_build(&fixture, text);
	if (fixture.findings.n_items != 1)
		fail_msg("%zu findings for %s", fixture.findings.n_items, row->text);
	finding = fixture.findings.items;
	if (finding->code != row->code || strcmp(finding->attribute, row->attribute) != 0 ||
	    !strstr(finding->reason, row->words))
		fail_msg("%s: %d %s: %s", row->text, finding->code, finding->attribute, finding->reason);
	assert_false(finding->is_consequence);
	assert_int_equal(finding->is_value_only, is_value_only);
	assert_true(finding->uuid.octets[15] > 3);
	fixture_free(&fixture);
}

static void test_each_mistake_gives_its_code(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i], false);
	for (size_t i = 0; i < ARRAY_LEN(value_rows); i++)
		check_row(&value_rows[i], true);
}

static int code_of_name(const char *attribute, const char *name) {
	char text[2048];
	struct fixture fixture;
	int code;

	snprintf(text, sizeof text, TREE SCOPE "%s: %s\n", attribute, name);
	fixture_build(&fixture, text);
	code = fixture.findings.n_items ? fixture.findings.items[0].code : 0;
	fixture_free(&fixture);
	return code;
}

static void test_long_names(void **state) {
	char name[300];

	memset(name, 'n', sizeof name);
	name[256] = '\0';
	assert_int_equal(code_of_name("lessorName", name), 0);
	assert_int_equal(code_of_name("lessorSuperscope", name), 0);
	/* 256 characters, 257 octets */
	memcpy(name, "\xc3\xbc", 2);
	name[256] = 'n';
	name[257] = '\0';
	assert_int_equal(code_of_name("lessorName", name), 0);
	name[1] = 'n';
	assert_int_equal(code_of_name("lessorName", name), E_DHCP_SCOPE_NAME_TOO_LONG);
	assert_int_equal(code_of_name("lessorSuperscope", name), E_DHCP_SUPER_SCOPE_NAME_TOO_LONG);
}

static void test_long_names_of_policies(void **state) {
	char text[2048], name[66];
	struct fixture fixture;

	memset(name, 'n', sizeof name);
	name[64] = '\0';
	for (int code = 0; code <= E_INVALID_PARAMETER; code += E_INVALID_PARAMETER) {
		snprintf(text, sizeof text, TREE "cn=%s" IN_SITE "objectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
						 "lessorCondition: mac is 02:*\n", name);
		fixture_build(&fixture, text);
		assert_int_equal(fixture.findings.n_items ? fixture.findings.items[0].code : 0, code);
		fixture_free(&fixture);
		name[64] = 'n';
		name[65] = '\0';
	}
}

static void test_each_bad_value_gives_one_finding(void **state) {
	struct fixture fixture;

	fixture_build(&fixture, TREE SCOPE "lessorRange: x\nlessorRange: y\nlessorRange: 10.1.0.5\nlessorState: z\n"
					   "lessorLeaseTime: w\n");
	assert_int_equal(fixture.findings.n_items, 4);
	assert_int_equal(fixture.snapshot->n_scopes, 0);
	fixture_free(&fixture);
}

static void test_bad_entry_is_left_out_whole_and_others_stay(void **state) {
	struct fixture fixture;

	fixture_build(&fixture, TREE SCOPE "lessorRange: 10.1.0.5-10.1.0.9\nlessorState: z\n"
				"\ncn=10.2.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n");
	assert_int_equal(fixture.snapshot->n_scopes, 1);
	assert_int_equal(fixture.snapshot->scopes[0].subnet.network.value, 0x0a020000);
	fixture_free(&fixture);
}

static void test_what_stands_below_a_bad_entry_follows_it(void **state) {
	static const int codes[] = { E_INVALID_PARAMETER, E_DDS_UNEXPECTED_ERROR, E_DDS_SUBNET_NOT_PRESENT };
	struct fixture fixture;

	fixture_build(&fixture, ROOT "\n" SITE "lessorOfferTime: 0\n\n" SCOPE
				     "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\n");
	assert_int_equal(fixture.findings.n_items, ARRAY_LEN(codes));
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		assert_int_equal(fixture.findings.items[i].code, codes[i]);
		assert_int_equal(fixture.findings.items[i].is_consequence, i > 0);
	}
	fixture_free(&fixture);
}

static void test_the_earlier_entry_wins(void **state) {
	static const char wide[] = "cn=10.0.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 8\n";
	static const char other[] = "cn=10.2.0.0" IN_SITE_2 "objectClass: lessorScope\nlessorPrefixLength: 24\n";
	char text[2048];
	struct fixture fixture;

	snprintf(text, sizeof text, TREE SCOPE "\n%s\n%s", other, wide);
	fixture_build(&fixture, text);
	assert_int_equal(fixture.findings.n_items, 1);
	assert_string_equal(fixture.findings.items[0].dn, "cn=10.0.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	assert_int_equal(fixture.snapshot->n_scopes, 2);
	fixture_free(&fixture);
	snprintf(text, sizeof text, TREE "%s\n%s\n" SCOPE, wide, other);
	fixture_build(&fixture, text);
	assert_int_equal(fixture.findings.n_items, 2);
	assert_int_equal(fixture.snapshot->n_scopes, 1);
	assert_int_equal(fixture.snapshot->scopes[0].subnet.prefix_length, 8);
	fixture_free(&fixture);
}

/* The second conflicts with the first and so holds nothing against the third. */
static void test_one_that_lost_does_not_win_elsewhere(void **state) {
	struct fixture fixture;

	fixture_build(&fixture, TREE SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\n"
					   "\ncn=10.1.0.8" IN_SCOPE
					   "lessorHardwareAddress: 020000007701\nlessorClientIdentifier: 0102\n"
					   "\ncn=10.1.0.9" IN_SCOPE "lessorClientIdentifier: 0102\n");
	assert_int_equal(fixture.findings.n_items, 1);
	assert_string_equal(fixture.findings.items[0].dn, "cn=10.1.0.8,cn=10.1.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	assert_int_equal(fixture.snapshot->scopes[0].n_reservations, 2);
	fixture_free(&fixture);
}

static void test_the_same_client_may_be_reserved_in_two_scopes(void **state) {
	struct fixture fixture;

	fixture_build(&fixture,
		      TREE SCOPE "\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007701\n"
				 "\ncn=10.2.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\n"
				 "\ncn=10.2.0.7,cn=10.2.0.0" IN_SITE
				 "objectClass: lessorReservation\nlessorHardwareAddress: 020000007701\n");
	assert_no_findings(&fixture);
	fixture_free(&fixture);
}

/* One class for each kind may have some data, one option each vendor class some code and name. */
static void test_what_is_apart_does_not_clash(void **state) {
	struct fixture fixture;

	fixture_build(&fixture, TREE KIOSK CLASS("Terminal", "vendor", "kiosk") "\n" CARDS
				DEFINITION("224", "224", "text") "lessorDefaultValue: x\n\n"
				"cn=pin,cn=Terminal,cn=options,cn=DHCP,dc=x\nobjectClass: lessorOptionDefinition\n"
				"lessorOptionCode: 230\nlessorOptionType: u8\nlessorVendorClass: terminal\n");
	assert_no_findings(&fixture);
	assert_int_equal(fixture.snapshot->n_classes, 7);
	assert_int_equal(fixture.snapshot->n_definitions, 9);
	fixture_free(&fixture);
}

/* The class's entry is left out, and with it what is defined for it; the scope that uses both stays. */
static void test_values_that_lost_their_meaning_are_left_out_alone(void **state) {
	static const int codes[] = { E_INVALID_PARAMETER, E_DHCP_CLASS_NOT_FOUND, E_DHCP_CLASS_NOT_FOUND };
	struct fixture fixture;
	const struct scope *scope;

	fixture_build(&fixture, TREE CLASS("Card", "seller", "card") "\n" DEFINITION("pin", "1", "u8")
				"lessorVendorClass: Card\n\n" SCOPE
				"lessorOption: [vendor:Card]pin=7\nlessorOption: routers=10.1.0.1\n");
	assert_int_equal(fixture.findings.n_items, ARRAY_LEN(codes));
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		assert_int_equal(fixture.findings.items[i].code, codes[i]);
		assert_int_equal(fixture.findings.items[i].is_value_only, i == 2);
	}
	scope = fixture_scope(&fixture, 0x0a010000);
	assert_int_equal(scope->options.n_values, 1);
	assert_int_equal(scope->groups.n_items, 0);
	fixture_free(&fixture);
}

static void test_other_classes_are_ignored(void **state) {
	struct fixture fixture;

	fixture_build(&fixture, TREE "cn=sites,cn=DHCP,dc=x\nobjectClass: applicationProcess\n"
				     "\ncn=a,cn=DHCP,dc=x\nobjectClass: lessorThing\n"
				     "\ncn=b,cn=DHCP,dc=x\ndescription: no class at all\n"
				     "\ncn=c,cn=DHCP,dc=x\nobjectClass: dHCPClass\ndhcpServers: junk\n");
	assert_no_findings(&fixture);
	fixture_free(&fixture);
}

static void test_hostile_values_are_shown_printable(void **state) {
	struct fixture fixture;

	fixture_build(&fixture, TREE SCOPE "lessorState: \x1b[31mred\\\xff\n");
	assert_int_equal(fixture.findings.n_items, 1);
	assert_non_null(strstr(fixture.findings.items[0].reason, "\\x1b[31mred\\x5c\\xff"));
	fixture_free(&fixture);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_mistake_gives_its_code),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_long_names_of_policies),
		cmocka_unit_test(test_each_bad_value_gives_one_finding),
		cmocka_unit_test(test_bad_entry_is_left_out_whole_and_others_stay),
		cmocka_unit_test(test_what_stands_below_a_bad_entry_follows_it),
		cmocka_unit_test(test_the_earlier_entry_wins),
		cmocka_unit_test(test_one_that_lost_does_not_win_elsewhere),
		cmocka_unit_test(test_the_same_client_may_be_reserved_in_two_scopes),
		cmocka_unit_test(test_what_is_apart_does_not_clash),
		cmocka_unit_test(test_values_that_lost_their_meaning_are_left_out_alone),
		cmocka_unit_test(test_other_classes_are_ignored),
		cmocka_unit_test(test_hostile_values_are_shown_printable),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
