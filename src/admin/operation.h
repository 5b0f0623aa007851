/* SPDX-License-Identifier: Apache-2.0 */
/* operation.h - access to the rows of operation.def and parameter.def (the public part: lessor/lessor.h), and what a
 * call must bring along. Pure. */
#pragma once

#include <lessor/lessor.h>

#include "base/error.h"

struct call;

/* Do the operation's work (admin/call.h). 0; 1: done, and the result says that something is wrong; or -E_ with
 * @reterr_error filled. */
typedef int operation_f(struct call *call, struct error *reterr_error);

/* One row of operation.def. Lifetime: static. */
struct operation {
	struct lessor_operation public;
	const char *words, *parameters;
	operation_f *handler;
};

/* The handlers that operation.def names: one for each operation, all with operation_f's contract. */
#define OPERATION(noun, verb, words, parameters, handler, help, example) operation_f handler;
#include "admin/operation.def"

/* Find the operation called @name: "scope add". 0, or -E_INVALID_PARAMETER. */
int operation_find(const char *name, const struct operation **ret_operation, struct error *reterr_error);

/* Check that all of @parameters are taken by @operation, none too often, and that none is missing that it needs.
 * 0, or -E_INVALID_PARAMETER. */
int operation_check(const struct operation *operation, const struct lessor_parameter *parameters, size_t n_parameters,
		    struct error *reterr_error);

/* True if @name is the name of a place or a parameter of @operation. */
bool is_operation_taking(const struct operation *operation, const char *name);

/* Borrow the setting of sessions, or the parameter of operations, called @name, or NULL. */
const struct lessor_parameter_info *operation_setting_find(const char *name);
const struct lessor_parameter_info *operation_parameter_find(const char *name);
