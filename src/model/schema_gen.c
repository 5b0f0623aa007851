/* SPDX-License-Identifier: Apache-2.0 */
/* schema_gen FORMAT SET - write a schema file from schema.def. Not part of the daemon.
 *
 * FORMAT: openldap-schema (slapd.conf), openldap-ldif (cn=config), 389ds, ad (for ldifde or ldbmodify).
 * SET: dhcpclass (Active Directory's own authorization objects) or lessor (the configuration).
 * "make update-schema" runs it for each file below ldap-schema/.
 */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "model/schema.h"

/* A syntax in the terms of each kind of directory server; NULL where a matching rule does not apply. */
static const struct {
	const char *oid, *equality, *ordering, *substrings;
	const char *ad_syntax;
	int ad_om_syntax;
} syntaxes[] = {
	[SYNTAX_TEXT] = { "1.3.6.1.4.1.1466.115.121.1.15", "caseIgnoreMatch", NULL, "caseIgnoreSubstringsMatch",
			  "2.5.5.12", 64 },
	[SYNTAX_EXACT] = { "1.3.6.1.4.1.1466.115.121.1.15", "caseExactMatch", NULL, "caseExactSubstringsMatch",
			   "2.5.5.12", 64 },
	[SYNTAX_ASCII] = { "1.3.6.1.4.1.1466.115.121.1.26", "caseIgnoreIA5Match", NULL, "caseIgnoreIA5SubstringsMatch",
			   "2.5.5.5", 22 },
	[SYNTAX_INTEGER] = { "1.3.6.1.4.1.1466.115.121.1.27", "integerMatch", "integerOrderingMatch", NULL, "2.5.5.16",
			     65 },
	[SYNTAX_NAME] = { "1.3.6.1.4.1.1466.115.121.1.12", "distinguishedNameMatch", NULL, NULL, "2.5.5.1", 127 },
	[SYNTAX_INTEGER8] = { "1.3.6.1.4.1.1466.115.121.1.27", "integerMatch", "integerOrderingMatch", NULL, "2.5.5.16",
			      65 },
	[SYNTAX_ENUM] = { "1.3.6.1.4.1.1466.115.121.1.27", "integerMatch", "integerOrderingMatch", NULL, "2.5.5.9",
			  10 },
	[SYNTAX_BYTES] = { "1.3.6.1.4.1.1466.115.121.1.40", "octetStringMatch", NULL, NULL, "2.5.5.10", 4 },
	[SYNTAX_PRINTABLE] = { "1.3.6.1.4.1.1466.115.121.1.26", "caseExactIA5Match", NULL,
			       "caseExactIA5SubstringsMatch", "2.5.5.5", 19 },
};

struct format {
	const char *name;
	void (*print)(const struct format *format, bool is_ours);
	const char *attribute_prefix, *class_prefix;
	const char *line_break; /* and what begins a continued line */
	const char *origin;     /* ends a definition */
};

/* Ours have numbers below our arc; the others are Active Directory's. */
static bool is_of_set(const char *oid, bool is_ours) {
	return *oid && (strncmp(oid, LESSOR_ARC, strlen(LESSOR_ARC)) == 0) == is_ours;
}

/* A quoted string of RFC 4512. */
static void print_quoted(const char *text) {
	putchar('\'');
	for (; *text; text++)
		if (*text == '\'' || *text == '\\')
			printf("\\%02X", (unsigned)*text);
		else
			putchar(*text);
	putchar('\'');
}

static void print_rule(const struct format *format, const char *keyword, const char *rule) {
	if (rule)
		printf("%s%s %s", format->line_break, keyword, rule);
}

static void print_attribute(const struct format *format, const struct schema_attribute_info *info) {
	printf("%s( %s NAME '%s'%sDESC ", format->attribute_prefix, info->oid, info->name, format->line_break);
	print_quoted(info->prose);
	print_rule(format, "EQUALITY", syntaxes[info->syntax].equality);
	print_rule(format, "ORDERING", syntaxes[info->syntax].ordering);
	print_rule(format, "SUBSTR", syntaxes[info->syntax].substrings);
	print_rule(format, "SYNTAX", syntaxes[info->syntax].oid);
	printf("%s%s )\n", info->is_single ? " SINGLE-VALUE" : "", format->origin);
}

/* "MUST ( a $ b )"; nothing if the class has no such attribute. */
static void print_uses(const struct format *format, enum schema_class class, bool is_must) {
	const struct schema_use_info *use;
	size_t count = 0;

	for (size_t i = 0; (use = schema_use_at(i)); i++) {
		if (use->class != class || use->is_must != is_must)
			continue;
		if (count == 0)
			printf("%s%s (", format->line_break, is_must ? "MUST" : "MAY");
		else
			printf("%s $", count % 5 == 0 ? format->line_break : "");
		printf(" %s", schema_attribute_get(use->attribute)->name);
		count++;
	}
	if (count)
		printf(" )");
}

static void print_class(const struct format *format, enum schema_class class) {
	const struct schema_class_info *info = schema_class_get(class);

	printf("%s( %s NAME '%s'%sDESC ", format->class_prefix, info->oid, info->name, format->line_break);
	print_quoted(info->prose);
	printf("%sSUP top STRUCTURAL", format->line_break);
	print_uses(format, class, true);
	print_uses(format, class, false);
	printf("%s )\n", format->origin);
}

static void print_head(bool is_ours) {
	printf("# SPDX-License-Identifier: Apache-2.0\n");
	if (is_ours)
		printf("# Lessor's own object classes: sites, servers, scopes, reservations, and what stands on them.\n");
	else
		printf("# Active Directory's objects of authorized DHCP servers, with its own object identifiers, for directories\n"
		       "# that do not have them. On Active Directory and Samba nothing needs to be loaded.\n");
	printf("# Made by schema_gen from src/model/schema.def; \"make update-schema\" renews it.\n");
}

static void print_ldap(const struct format *format, bool is_ours) {
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		if (is_of_set(schema_attribute_get((enum schema_attribute)i)->oid, is_ours))
			print_attribute(format, schema_attribute_get((enum schema_attribute)i));
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		if (is_of_set(schema_class_get((enum schema_class)i)->oid, is_ours))
			print_class(format, (enum schema_class)i);
}

static void print_openldap_schema(const struct format *format, bool is_ours) {
	print_head(is_ours);
	print_ldap(format, is_ours);
}

static void print_openldap_ldif(const struct format *format, bool is_ours) {
	const char *set = is_ours ? "lessor" : "dhcpclass";

	print_head(is_ours);
	printf("dn: cn=%s,cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: %s\n", set, set);
	print_ldap(format, is_ours);
}

static void print_389ds(const struct format *format, bool is_ours) {
	print_head(is_ours);
	printf("dn: cn=schema\n");
	print_ldap(format, is_ours);
}

/* AD takes no attribute or class into account before it is told to reread its schema. */
static void print_ad_reload(void) {
	printf("dn:\nchangetype: modify\nadd: schemaUpdateNow\nschemaUpdateNow: 1\n-\n\n");
}

static void print_ad_head(const char *name, const char *class_name, const char *prose) {
	printf("dn: CN=%s,CN=Schema,CN=Configuration,DC=X\nchangetype: add\nobjectClass: %s\ncn: %s\n"
	       "lDAPDisplayName: %s\nadminDisplayName: %s\nadminDescription: %s\n",
	       name, class_name, name, name, name, prose);
}

static void print_ad_attribute(const struct schema_attribute_info *info) {
	print_ad_head(info->name, "attributeSchema", info->prose);
	printf("attributeID: %s\nattributeSyntax: %s\noMSyntax: %d\nisSingleValued: %s\nsearchFlags: 0\n\n", info->oid,
	       syntaxes[info->syntax].ad_syntax, syntaxes[info->syntax].ad_om_syntax,
	       info->is_single ? "TRUE" : "FALSE");
}

/* Who may do what with a new object, beside the rights that it inherits: domain administrators and the system all,
 * every authenticated account (so also a server's computer account) read. These are the rights on dHCPClass, too. */
#define AD_ALL_RIGHTS "RPWPCRCCDCLCLORCWOWDSDDTSW"
#define AD_SECURITY "D:(A;;" AD_ALL_RIGHTS ";;;DA)(A;;" AD_ALL_RIGHTS ";;;SY)(A;;RPLCLORC;;;AU)"

static void print_ad_class(enum schema_class class) {
	const struct schema_class_info *info = schema_class_get(class);
	const struct schema_use_info *use;

	print_ad_head(info->name, "classSchema", info->prose);
	printf("governsID: %s\nsubClassOf: top\nobjectClassCategory: 1\nrDNAttID: cn\nshowInAdvancedViewOnly: TRUE\n"
	       "defaultHidingValue: TRUE\ndefaultSecurityDescriptor: " AD_SECURITY "\n",
	       info->oid);
	for (const char *name = info->ad_superiors; *name;) {
		size_t len = strcspn(name, "|");

		printf("possSuperiors: %.*s\n", (int)len, name);
		name += len + (name[len] == '|');
	}
	for (size_t i = 0; (use = schema_use_at(i)); i++)
		if (use->class == class)
			printf("%s: %s\n", use->is_must ? "mustContain" : "mayContain",
			       schema_attribute_get(use->attribute)->name);
	printf("\n");
	print_ad_reload();
}

/* AD's own class of plain containers does not stand below just any class. */
static void print_ad_container(void) {
	printf("dn: CN=Container,CN=Schema,CN=Configuration,DC=X\nchangetype: modify\nadd: possSuperiors\n"
	       "possSuperiors: %s\n-\n\n",
	       schema_class_get(CLASS_ROOT)->name);
	print_ad_reload();
}

static void print_ad(const struct format *format, bool is_ours) {
	print_head(is_ours);
	printf("# Replace DC=X by the forest's root, for example with: ldifde -i -f FILE -c DC=X DC=example,DC=com\n");
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		if (is_of_set(schema_attribute_get((enum schema_attribute)i)->oid, is_ours))
			print_ad_attribute(schema_attribute_get((enum schema_attribute)i));
	print_ad_reload();
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		if (is_of_set(schema_class_get((enum schema_class)i)->oid, is_ours))
			print_ad_class((enum schema_class)i);
	if (is_ours)
		print_ad_container();
}

/* In LDIF a line that begins with a space continues the one before, of which the space is no part: hence two. */
static const struct format formats[] = {
	{ "openldap-schema", print_openldap_schema, "\nattributetype ", "\nobjectclass ", "\n\t", "" },
	{ "openldap-ldif", print_openldap_ldif, "olcAttributeTypes: ", "olcObjectClasses: ", "\n  ", "" },
	{ "389ds", print_389ds, "attributeTypes: ", "objectClasses: ", "\n  ", "\n  X-ORIGIN 'Lessor'" },
	{ "ad", print_ad, "", "", "", "" },
};

int main(int argc, char **argv) {
	for (size_t i = 0; argc == 3 && i < ARRAY_LEN(formats); i++) {
		if (strcmp(argv[1], formats[i].name) != 0)
			continue;
		formats[i].print(&formats[i], strcmp(argv[2], "lessor") == 0);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	fprintf(stderr, "usage: schema_gen openldap-schema|openldap-ldif|389ds|ad dhcpclass|lessor\n");
	return 2;
}
