/* SPDX-License-Identifier: Apache-2.0 */
/* assignment.h - a value of lessorOption: "[vendor:CLASS][user:CLASS]OPTION=VALUE".
 *
 * Both brackets may be missing. Without a vendor class OPTION is a name or code of the standard (wire/options.def) or
 * of a definition; a code that neither has takes hexadecimal. With one it is an option that is defined for that class.
 * What is defined says the snapshot; one that is being built will do once its classes and definitions are there. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "model/snapshot.h"
#include "wire/option.h"

/* Which option, and for which clients. Embedded, borrowed from the snapshot or static. */
struct option_reference {
	const struct client_class *user_class;   /* NULL: for all clients */
	const struct client_class *vendor_class; /* NULL: one of the standard options */
	uint8_t code;
	enum option_type type;
	const char *name;  /* NULL: it has none */
	bool is_built_in;  /* no entry defines it, so what it is never changes */
};

struct assignment {
	struct option_reference option;
	size_t len;
	uint8_t octets[OPTION_VALUE_MAX];
};

/* Read @text up to its "=" or end, which @ret_rest then borrows. 0; -E_DHCP_CLASS_NOT_FOUND: no such class, or one of
 * the other kind; -E_DHCP_OPTION_NOT_PRESENT: no such option; both with a "did you mean"; -E_INVALID_PARAMETER: a
 * bracket that makes no sense. */
int option_reference_parse(const struct snapshot *snapshot, const char *text, struct option_reference *ret_option,
			   const char **ret_rest, struct error *reterr_error);

/* The option @code of @vendor_class (NULL: a standard one), for @user_class (NULL: for all). */
struct option_reference option_reference_of(const struct snapshot *snapshot, const struct client_class *user_class,
					    const struct client_class *vendor_class, uint8_t code);

/* Add "[vendor:CLASS][user:CLASS]NAME", or the code where there is no name. */
void option_reference_format(const struct option_reference *option, struct text *text);

/* Read @text whole; what is written to @ret_assignment when it fails means nothing. As option_reference_parse;
 * -E_DHCP_OPTION_TYPE_MISMATCH: the value is not of the option's type; -E_INVALID_PARAMETER also: no "=", or an option
 * that only the server itself fills in. */
int assignment_parse(const struct snapshot *snapshot, const char *text, struct assignment *ret_assignment,
		     struct error *reterr_error);

/* Add the value @octets of @option in the form that assignment_parse reads. */
void assignment_format(const struct option_reference *option, struct span octets, struct text *text);
