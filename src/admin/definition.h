/* SPDX-License-Identifier: Apache-2.0 */
/* definition.h - what the operations on definitions of options have in common. */
#pragma once

#include "admin/call.h"
#include "admin/tree.h"

/* Borrow the vendor class that the call names; NULL if it names none. 0, or -E_DHCP_CLASS_NOT_FOUND. */
int definition_find_class(struct tree *tree, const struct call *call, const struct client_class **ret_class,
			  struct error *reterr_error);

/* Borrow the entry of the definition that the call names, of that vendor class if it names one. 0,
 * -E_DDS_OPTION_DOES_NOT_EXIST or -E_DHCP_CLASS_NOT_FOUND. */
int definition_find_own(struct tree *tree, const struct call *call, const struct entry **ret_entry,
			struct error *reterr_error);
