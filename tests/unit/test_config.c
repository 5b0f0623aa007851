/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: what is right is read as it is meant, and each mistake has its sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "rt/config.h"

#define DIRECTORY "[directory]\nuri = ldap://a.example.org\nbase = dc=example,dc=org\n"

static int read_text(const char *text, struct config **ret_config, struct error *reterr_error) {
	return config_read_text("file", text, strlen(text), ret_config, reterr_error);
}

static struct config *read_good(const char *text) {
	struct error error = { 0 };
	struct config *config;

	if (read_text(text, &config, &error) < 0)
		fail_msg("%s", error.text);
	return config;
}

static void test_defaults(void **state) {
	struct config *config = read_good(DIRECTORY);

	assert_string_equal(config->server_name, "");
	assert_string_equal(config->state_directory, "/var/lib/lessor");
	assert_string_equal(config->user, "lessor");
	assert_null(config->interfaces[0]);
	assert_string_equal(config->uri[0], "ldap://a.example.org");
	assert_null(config->uri[1]);
	assert_int_equal(config->bind, CONFIG_BIND_ANONYMOUS);
	assert_int_equal(config->start_tls, CONFIG_START_TLS_AUTO);
	assert_int_equal(config->timeout, 5);
	config_free(config);
}

static void test_domain(void **state) {
	struct config *config = read_good("[directory]\ndomain = ad.Example.org\nsite = Oslo-1\n");

	assert_null(config->uri[0]);
	assert_string_equal(config->base, "dc=ad,dc=Example,dc=org");
	config_free(config);
	config = read_good("[directory]\ndomain = example.org\nbase = o=Example\n");
	assert_string_equal(config->base, "o=Example");
	config_free(config);
}

static void test_all_forms(void **state) {
	struct config *config = read_good("\xef\xbb\xbf# a comment\n; another\r\n[server] ; of ours\n\tname = SRV-1.example.org ; here\n"
					  "  interfaces = eth0, eth1\tbr-lan\n\n[directory]\r\nbind:GSSAPI\nkeytab=/k\nuri = ldaps://a:636/ "
					  "ldapi://%2Frun%2Fldapi ldap://[fe80::1]:389\nbase = o=a b\nretry-max = 1m30s\ntimeout=7");

	assert_string_equal(config->server_name, "SRV-1.example.org");
	assert_string_equal(config->interfaces[0], "eth0");
	assert_string_equal(config->interfaces[1], "eth1");
	assert_string_equal(config->interfaces[2], "br-lan");
	assert_null(config->interfaces[3]);
	assert_int_equal(config->bind, CONFIG_BIND_GSSAPI);
	assert_string_equal(config->uri[2], "ldap://[fe80::1]:389");
	assert_string_equal(config->base, "o=a b");
	assert_int_equal(config->retry_max, 90);
	assert_int_equal(config->timeout, 7);
	config_free(config);
}

static void test_standalone(void **state) {
	struct config *config = read_good("[server]\nmode = standalone\n"), *again;
	char *text = config_format(config);

	assert_int_equal(config->mode, CONFIG_MODE_STANDALONE);
	assert_string_equal(config->standalone_file, "/etc/lessor/lessor.ldif");
	again = read_good(text);
	assert_int_equal(again->mode, CONFIG_MODE_STANDALONE);
	assert_string_equal(again->standalone_file, config->standalone_file);
	assert_int_equal(again->timeout, config->timeout);
	free(text);
	config_free(again);
	config_free(config);
}

/* A text, and what its error must say; the file's name and the code are the same for all. */
static const struct {
	const char *text;
	const char *sentence;
} mistakes[] = {
	{ "", "file: [directory] 'uri' is missing: give the directory's servers, for example uri = ldap://ldap.example.org, "
	  "or let them be found by DNS, for example domain = example.org" },
	{ DIRECTORY "domain = example.org\n",
	  "file:4: 'domain' and 'uri' both say where the directory is: remove one of the two" },
	{ "[directory]\ndomain = example.org.\n",
	  "file:2: 'domain' is 'example.org.', which is not a domain's name like example.org" },
	{ DIRECTORY "site = oslo\n", "file:4: 'site' is of no use without 'domain'" },
	{ "[directory]\ndomain = example.org\nsite = a.b\n",
	  "file:3: 'site' is 'a.b', which is not a site's name: one word of at most 63 octets, without dots" },
	{ "[directory]\ndomain = example.org\nbind = external\n",
	  "file: [directory] 'tls-certificate-file' is missing: bind = external shows it to the servers of example.org" },
	{ DIRECTORY "sasl-security = seal\n",
	  "file:4: 'sasl-security' is only used with bind = gssapi, but bind is anonymous; set that, or remove this line" },
	{ DIRECTORY "channel-binding = none\n",
	  "file:4: 'channel-binding' is only used with bind = gssapi, but bind is anonymous; set that, or remove this line" },
	{ DIRECTORY "bind = gssapi\nkeytab = /k\nstart-tls = yes\nsasl-security = sign\n",
	  "file:7: 'sasl-security' asks for a layer inside TLS, which Active Directory refuses and which protects nothing more: "
	  "remove this line, or connect without TLS" },
	{ DIRECTORY "bind = gssapi\nkeytab = /k\nchannel-binding = tls-unique\n",
	  "file:6: 'channel-binding' ties the bind to TLS, but no connection has it: set start-tls = yes, or remove this line" },
	{ "[directory]\nuri = ldap://a\n",
	  "file: [directory] 'base' is missing: give the naming context, for example base = dc=example,dc=org" },
	{ "[serve]\n", "file:1: there is no section [serve]; there are [server], [directory] and [standalone]" },
	{ "[server\n", "file:1: the ']' after the section's name is missing" },
	{ "[server] name = a\n",
	  "file:1: only a comment may follow the section's name; write 'name = a' on a line of its own" },
	{ DIRECTORY "[standalone]\nfile = /etc/a.ldif\n",
	  "file:5: 'file' is only used with mode = standalone, but mode is directory; remove this line, or set that in [server]" },
	{ "[server]\nmode = standalone\n" DIRECTORY,
	  "file:4: 'uri' is only used with mode = directory, but mode is standalone; remove this line, or set that in [server]" },
	{ "[server]\nmode = standalone\n[directory]\nbind = anonymous\n",
	  "file:4: 'bind' is only used with mode = directory, but mode is standalone; remove this line, or set that in [server]" },
	{ "[server]\nmode = standalone\n[standalone]\nfile = lessor.ldif\n",
	  "file:4: 'file' is 'lessor.ldif', but must be a path that starts with '/'" },
	{ "[server]\nnaem = a\n", "file:2: there is no setting 'naem'; did you mean 'name'?" },
	{ "[server]\nxyzzy-quux = a\n",
	  "file:2: there is no setting 'xyzzy-quux' in [server]; lessord --print-config shows all there are" },
	{ "[server]\n\nuri = ldap://a\n", "file:3: 'uri' belongs in section [directory]" },
	{ "uri = ldap://a\n", "file:1: 'uri' belongs in section [directory]" },
	{ "[server]\nname\n", "file:2: this is neither '[section]' nor 'key = value' nor a comment" },
	{ "[server]\nname = a\nname = b\n", "file:3: 'name' is given a second time (first in line 2); keep one of them" },
	{ "[server]\nname = a\n  b\n", "file:3: this is neither '[section]' nor 'key = value' nor a comment" },
	{ "[server]\nname =\n", "file:2: 'name' has no value; without the line, its default is used" },
	{ "[server]\nname = \"a\"\n", "file:2: write the value of 'name' without '\"' before it" },
	{ "[server]\ninterfaces = eth0,;eth1\n", "file:2: a word of 'interfaces' cannot begin with ';'" },
	{ "[server]\nname = a\001\n", "file:2: there is a control character in this line; the file must be plain text" },
	{ "[server]\nlog-level = loud\n",
	  "file:2: 'log-level' is 'loud', but must be one of error|warning|notice|info|debug" },
	{ "[server]\nstate-directory = var\n", "file:2: 'state-directory' is 'var', but must be a path that starts with '/'" },
	{ "[directory]\ntimeout = 0\n",
	  "file:2: 'timeout' is '0', but must be a length of time from 1s to 1m, for example 5s" },
	{ "[directory]\nretry-max = 2h\n",
	  "file:2: 'retry-max' is '2h', but must be a length of time from 1s to 1h, for example 30s" },
	{ "[directory]\nprobe-interval = soon\n",
	  "file:2: 'probe-interval' is 'soon', but must be a length of time from 1s to 1h, for example 10s" },
	{ "[server]\nname = my_host\n" DIRECTORY,
	  "file:2: 'name' is 'my_host', which is not a host's name (letters, digits, '-' and dots)" },
	{ "[server]\nname = a..b\n" DIRECTORY,
	  "file:2: 'name' is 'a..b', which is not a host's name (letters, digits, '-' and dots)" },
	{ "[server]\ninterfaces = eth0 an-interface-of-16\n" DIRECTORY,
	  "file:2: 'interfaces' names 'an-interface-of-16', which no interface can be called" },
	{ "[server]\napi-socket = /0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
	  "123456789012345\n" DIRECTORY,
	  "file:2: 'api-socket' is too long: a socket's path has at most 106 characters" },
	{ "[directory]\nuri = http://a\nbase = dc=a\n",
	  "file:2: 'uri' is 'http://a', which does not start with ldap://, ldaps:// or ldapi://" },
	{ "[directory]\nuri = ldap://\nbase = dc=a\n", "file:2: 'uri' is 'ldap://', which names no server" },
	{ "[directory]\nuri = ldap://a/dc=a\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldap://a/dc=a', which has something after the server's name; the base belongs in the setting "
	  "'base'" },
	{ "[directory]\nuri = ldap://a:0\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldap://a:0', which has a port that is not a number from 1 to 65535" },
	{ "[directory]\nuri = ldap://a:ldap\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldap://a:ldap', which has a port that is not a number from 1 to 65535" },
	{ "[directory]\nuri = ldap://[fe80::1\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldap://[fe80::1', which has a malformed IPv6 address" },
	{ "[directory]\nuri = ldap://[::1]x\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldap://[::1]x', which has something after the IPv6 address that is not a port" },
	{ "[directory]\nuri = ldaps://a_b\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldaps://a_b', which names a server that cannot be a host's name" },
	{ "[directory]\nuri = ldapi:///run/ldapi\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldapi:///run/ldapi', which must have the slashes of the socket's path written as %2F" },
	{ "[directory]\nuri = ldapi://%2\nbase = dc=a\n",
	  "file:2: 'uri' is 'ldapi://%2', which has a '%' that two hexadecimal digits must follow" },
	{ "[directory]\nuri = ldap://a\nbase = example.org\n",
	  "file:3: 'base' is 'example.org', which is not a name like dc=example,dc=org" },
	{ DIRECTORY "authorization-base = ad\n",
	  "file:4: 'authorization-base' is 'ad', which is not a name like cn=Configuration,dc=example,dc=org" },
	{ DIRECTORY "bind = simple\n", "file: [directory] 'bind-dn' is missing: bind = simple cannot do without it" },
	{ DIRECTORY "bind = simple\nbind-dn = cn=a\n",
	  "file: [directory] 'password-file' is missing: bind = simple cannot do without it" },
	{ DIRECTORY "bind = gssapi\n", "file: [directory] 'keytab' is missing: bind = gssapi cannot do without it" },
	{ DIRECTORY "keytab = /k\n",
	  "file:4: 'keytab' is only used with bind = gssapi, but bind is anonymous; set that, or remove this line" },
	{ DIRECTORY "tls-key-file = /k\n", "file:4: 'tls-key-file' is of no use without 'tls-certificate-file'" },
	{ DIRECTORY "tls-certificate-file = /c\n", "file:4: 'tls-certificate-file' is of no use without 'tls-key-file'" },
	{ DIRECTORY "bind = external\n", "file: [directory] 'tls-certificate-file' is missing: bind = external over "
					 "ldap://a.example.org shows it to the server" },
};

static void test_mistakes(void **state) {
	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		struct config *config = NULL;
		struct error error = { 0 };

		assert_int_equal(read_text(mistakes[i].text, &config, &error), -E_DHCP_REGISTRY_INIT_FAILED);
		assert_int_equal(error.code, E_DHCP_REGISTRY_INIT_FAILED);
		assert_string_equal(error.text, mistakes[i].sentence);
		assert_null(config);
	}
}

static void test_octets(void **state) {
	struct config *config = NULL;
	struct error error;

	assert_true(config_read_text("file", "[server]\0\n", 10, &config, &error) < 0);
	assert_string_equal(error.text, "file:1: there is a control character in this line; the file must be plain text");
	assert_null(config);
}

static void test_long_line(void **state) {
	char *name = mem_alloc(20000), *text;
	struct config *config;
	struct error error;

	memset(name, 'a', 19999);
	text = mem_format("[server]\nuser = %s\n", name);
	assert_true(read_text(text, &config, &error) < 0);
	assert_non_null(strstr(error.text, "file:2: the line is too long: at most "));
	free(text);
	free(name);
}

/* Made ours by a setting, so that the table's own defaults and the printing of each kind are both met. */
static void test_formatted_reads_back(void **state) {
	struct config *config = read_good("[server]\nname=a.b\ninterfaces=x,y\nlog-level=debug\n[directory]\nuri=ldap://a ldap://b\n"
					  "base=dc=a\nbind=simple\nbind-dn=cn=x\npassword-file=/p\nprobe-interval=1h\n");
	char *text = config_format(config), *again;
	struct config *copy = read_good(text);

	again = config_format(copy);
	assert_string_equal(text, again);
	assert_non_null(strstr(text, "\ninterfaces = x y\n"));
	assert_non_null(strstr(text, "\nlog-level = debug\n"));
	assert_non_null(strstr(text, "\nprobe-interval = 1h\n"));
	assert_null(strstr(text, "keytab"));
	free(text);
	free(again);
	config_free(config);
	config_free(copy);
}

static char *read_whole(const char *path) {
	char *text = mem_alloc(65536);
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, 65535) >= 0);
	close(fd);
	return text;
}

/* The installed example is what the table makes, and it is a good file. */
static void test_example(void **state) {
	const char *source = getenv("srcdir");
	char *path = mem_format("%s/contrib/lessord.conf.example", source ? source : ".");
	char *text = config_format_example(), *installed = read_whole(path);

	assert_string_equal(text, installed);
	config_free(read_good(text));
	free(path);
	free(text);
	free(installed);
}

static void test_files(void **state) {
	char path[] = "/tmp/test_config.XXXXXX";
	int fd = mkstemp(path);
	struct config *config;
	struct error error;

	assert_true(write(fd, DIRECTORY, strlen(DIRECTORY)) > 0);
	assert_int_equal(config_read_file(path, &config, &error), 0);
	config_free(config);
	assert_int_equal(config_read_fd("again", fd, &config, &error), 0);
	config_free(config);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_true(config_read_file(path, &config, &error) < 0);
	assert_non_null(strstr(error.text, "is larger than"));
	close(fd);
	unlink(path);
	assert_true(config_read_file(path, &config, &error) < 0);
	assert_non_null(strstr(error.text, "there is no file /tmp/test_config."));
	assert_true(config_read_file("/", &config, &error) < 0);
	assert_string_equal(error.text, "/ cannot be read: Is a directory");
}

static void test_complete_name(void **state) {
	struct config *config = read_good("[server]\nname = a.b\n" DIRECTORY);
	struct error error;

	assert_int_equal(config_complete_name(config, &error), 0);
	assert_string_equal(config->server_name, "a.b");
	config_free(config);
}

static void test_table(void **state) {
	size_t n = 0;

	for (const struct config_info *info; (info = config_info_at(n)); n++) {
		assert_true(*info->section && *info->key && *info->description);
		assert_true((info->kind == CONFIG_CHOICE) == (info->words != NULL));
		assert_true((info->kind == CONFIG_DURATION) == (info->most != 0));
	}
	assert_true(n > 20);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_all_forms),
		cmocka_unit_test(test_standalone),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_formatted_reads_back),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_complete_name),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
