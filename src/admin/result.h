/* SPDX-License-Identifier: Apache-2.0 */
/* result.h - what results are made of: JSON objects whose keys are stable (docs/json.md). */
#pragma once

#include <jansson.h>

#include "base/error.h"

/* A JSON object {"message": sentence, "dn": dn}, for call_done. */
json_t *result_message(const char *dn, const char *format, ...) PRINTF_LIKE(2, 3);

/* A JSON string of @text; octets that are not UTF-8 are shown as \xNN. JSON null for NULL. */
json_t *result_text(const char *text);

/* Bring the objects of the array @items into the order of the addresses (or networks) that stand under @key. */
void result_sort(json_t *items, const char *key);

/* {"code","name","message"} */
json_t *result_error(const struct error *error);

/* Borrow the string under @key of @object, "" if there is none; the number there, 0 if there is none. */
const char *result_text_at(const json_t *object, const char *key);
json_int_t result_number_at(const json_t *object, const char *key);
