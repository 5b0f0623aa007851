/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever octets are a file of leases: its records are taken one by one to its end, the same in one piece as with an
 * end that is not known; and a lease that is read and written reads again as the same. */
#include <stdlib.h>
#include <string.h>

#include "admin/lease_csv.h"
#include "base/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void check_fields(const char *text, size_t len, const struct csv_record *record) {
	check(record->n_fields >= 1 && record->n_fields <= CSV_FIELDS_MAX);
	for (size_t i = 0; i < record->n_fields; i++) {
		const char *field = (const char *)record->fields[i].data;

		check(field >= text && field + record->fields[i].len <= text + len);
	}
}

static void check_again(const json_t *lease) {
	struct csv_text file = { .octets = NULL };
	struct lease_columns columns;
	struct csv_record record;
	json_t *again = NULL, *value;
	struct error error;
	const char *key;
	size_t header;

	lease_csv_add_header(&file);
	header = file.len;
	lease_csv_add(&file, lease);
	check(csv_take(file.octets, file.len, false, &record) == header);
	check(lease_columns_read(&record, &columns, &error) == 0);
	check(csv_take(file.octets + header, file.len - header, false, &record) == file.len - header);
	check(lease_csv_read(&columns, &record, &again, &error) == 0);
	json_object_foreach((json_t *)lease, key, value)
		check(json_equal(value, json_object_get(again, key)));
	json_decref(again);
	free(file.octets);
}

static void check_lease(const struct lease_columns *columns, const struct csv_record *record) {
	json_t *lease = NULL;
	struct error error;

	if (lease_csv_read(columns, record, &lease, &error) == 0)
		check_again(lease);
	else
		check(error.code == E_INVALID_PARAMETER && error.text[0]);
	json_decref(lease);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	char *text = malloc(size + 1), *twin = malloc(size + 1);
	struct lease_columns columns = { .n_columns = 0 };
	struct csv_record record, other;
	struct error error;
	size_t at = 0;

	check(text && twin);
	for (bool is_first = true; at < size; is_first = false) {
		size_t len, open;

		memcpy(text, data + at, size - at);
		memcpy(twin, data + at, size - at);
		len = csv_take(text, size - at, true, &record);
		open = csv_take(twin, size - at, false, &other);
		check(len > 0 && len <= size - at && (open == len || (open == 0 && len == size - at)));
		check_fields(text, len, &record);
		if (is_first && lease_columns_read(&record, &columns, &error) < 0)
			break;
		if (!is_first)
			check_lease(&columns, &record);
		at += len;
	}
	free(text);
	free(twin);
	return 0;
}
