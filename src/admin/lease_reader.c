/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/lease_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/lease_csv.h"
#include "base/mem.h"

#define BUFFER_SIZE 65536
#define LEASE_MAX 8192 /* octets; the longest has a thousand */
#define KEY_LEASES "\"leases\""

struct lease_reader {
	enum lease_format format;
	int fd;
	char *buffer;  /* owned: what was read and not taken yet, from at to len */
	size_t at, len;
	bool is_end;   /* nothing follows the buffer */
	bool is_begun; /* what stands before the first lease was taken */
	uint64_t position, size;
	size_t line, next_line; /* of the last lease; where the next octet to be taken stands */
	struct lease_columns columns;
	size_t n_left; /* octets that the object at hand may still have */
	int failure;   /* errno of reading; 0: none */
};

int lease_format_choose(const char *name, const char *path, enum lease_format *ret_format, struct error *reterr_error) {
	const char *dot = path ? strrchr(path, '.') : NULL;
	const char *word = name ? name : dot ? dot + 1 : "";

	if (name && strcmp(name, "csv") != 0 && strcmp(name, "json") != 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "--format must be csv or json, not \"%s\"", name);
	*ret_format = strcmp(word, "json") == 0 ? LEASE_FORMAT_JSON : LEASE_FORMAT_CSV;
	return 0;
}

int lease_reader_open(const char *path, enum lease_format format, struct lease_reader **ret_reader,
		      struct error *reterr_error) {
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct lease_reader *reader;
	struct stat info;

	if (fd < 0)
		return error_set(reterr_error, errno == ENOENT ? E_NOT_FOUND : E_ACCESS_DENIED,
				 "%.300s cannot be read: %s", path, strerror(errno));
	reader = mem_alloc(sizeof *reader);
	reader->format = format;
	reader->fd = fd;
	reader->buffer = mem_alloc(BUFFER_SIZE);
	reader->next_line = 1;
	reader->size = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
	*ret_reader = reader;
	return 0;
}

struct lease_reader *lease_reader_close(struct lease_reader *reader) {
	if (!reader)
		return NULL;
	close(reader->fd);
	free(reader->buffer);
	free(reader);
	return NULL;
}

size_t lease_reader_line(const struct lease_reader *reader) {
	return reader->line;
}

uint64_t lease_reader_position(const struct lease_reader *reader) {
	return reader->position - (reader->len - reader->at);
}

uint64_t lease_reader_size(const struct lease_reader *reader) {
	return reader->size;
}

/* Read more behind what is left. A read that fails is the end, and is told there. */
static void fill(struct lease_reader *reader) {
	ssize_t n;

	memmove(reader->buffer, reader->buffer + reader->at, reader->len - reader->at);
	reader->len -= reader->at;
	reader->at = 0;
	do {
		n = read(reader->fd, reader->buffer + reader->len, BUFFER_SIZE - reader->len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		reader->failure = errno;
	if (n <= 0)
		reader->is_end = true;
	else
		reader->len += (size_t)n;
	reader->position += n > 0 ? (uint64_t)n : 0;
}

/* 0 at the end of the file; an error if it could not be read to its end. */
static int check_read(const struct lease_reader *reader, struct error *reterr_error) {
	return reader->failure ? error_set(reterr_error, E_INVALID_PARAMETER, "the file cannot be read any further: %s",
					   strerror(reader->failure))
			       : 0;
}

/* ------------------------------------------------------------------ CSV */

static int refuse_length(const struct lease_reader *reader, struct error *reterr_error) {
	return error_set(reterr_error, E_INVALID_PARAMETER,
			 "the record that begins on line %zu is longer than %d octets: a quote is not closed, or this is no "
			 "list of leases", reader->line, LEASE_MAX);
}

/* The next record that is not empty. *@ret_has: there is one. */
static int take_record(struct lease_reader *reader, struct csv_record *ret_record, bool *ret_has,
		       struct error *reterr_error) {
	size_t len = 0;

	for (;;) {
		if (reader->len - reader->at < LEASE_MAX && !reader->is_end) {
			fill(reader);
			continue;
		}
		reader->line = reader->next_line;
		len = csv_take(reader->buffer + reader->at, reader->len - reader->at, reader->is_end, ret_record);
		if (len > LEASE_MAX || (len == 0 && reader->at < reader->len))
			return refuse_length(reader, reterr_error);
		reader->at += len;
		reader->next_line += len ? ret_record->n_lines : 0;
		*ret_has = len > 0;
		if (len == 0 || ret_record->n_fields != 1 || ret_record->fields[0].len > 0)
			return len == 0 ? check_read(reader, reterr_error) : 0;
	}
}

/* Spreadsheets begin a file in UTF-8 with a byte order mark. */
static void skip_mark(struct lease_reader *reader) {
	while (reader->len < 3 && !reader->is_end)
		fill(reader);
	if (reader->len >= 3 && memcmp(reader->buffer, "\xef\xbb\xbf", 3) == 0)
		reader->at = 3;
}

static int begin_csv(struct lease_reader *reader, struct error *reterr_error) {
	struct csv_record record;
	bool has_record = false;
	int r;

	skip_mark(reader);
	r = take_record(reader, &record, &has_record, reterr_error);
	if (r == 0 && !has_record)
		r = error_set(reterr_error, E_INVALID_PARAMETER, "the file is empty; its first line must name the columns");
	return r == 0 ? lease_columns_read(&record, &reader->columns, reterr_error) : r;
}

static int next_csv(struct lease_reader *reader, json_t **ret_lease, bool *ret_is_malformed,
		    struct error *reterr_error) {
	struct csv_record record;
	bool has_record = false;
	int r = take_record(reader, &record, &has_record, reterr_error);

	if (r == 0 && has_record)
		*ret_is_malformed = lease_csv_read(&reader->columns, &record, ret_lease, reterr_error) < 0;
	return r;
}

/* ------------------------------------------------------------------ JSON */

static bool has_octet(struct lease_reader *reader) {
	while (reader->at == reader->len && !reader->is_end)
		fill(reader);
	return reader->at < reader->len;
}

static char take_octet(struct lease_reader *reader) {
	char octet = reader->buffer[reader->at++];

	reader->next_line += octet == '\n';
	return octet;
}

/* The next octet that is no white space, which is not taken; '\0' at the end. */
static char peek(struct lease_reader *reader) {
	while (has_octet(reader) && strchr(" \t\r\n", reader->buffer[reader->at]) && reader->buffer[reader->at])
		take_octet(reader);
	return reader->at < reader->len ? reader->buffer[reader->at] : '\0';
}

static bool is_taken(struct lease_reader *reader, char octet) {
	if (peek(reader) != octet)
		return false;
	take_octet(reader);
	return true;
}

static bool is_key_taken(struct lease_reader *reader) {
	const char *key = KEY_LEASES;

	for (peek(reader); *key && has_octet(reader) && reader->buffer[reader->at] == *key; key++)
		take_octet(reader);
	return !*key && is_taken(reader, ':');
}

static int begin_json(struct lease_reader *reader, struct error *reterr_error) {
	bool is_object;

	skip_mark(reader);
	is_object = is_taken(reader, '{');
	if ((is_object && !is_key_taken(reader)) || !is_taken(reader, '['))
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the file is no list of leases: it must be a JSON array, or an object that begins with "
				 KEY_LEASES " and an array");
	return 0;
}

/* One octet at a time, so that nothing behind the object is taken. */
static size_t feed(void *buffer, size_t size, void *context) {
	struct lease_reader *reader = context;

	if (reader->n_left == 0 || !has_octet(reader))
		return 0;
	reader->n_left--;
	*(char *)buffer = take_octet(reader);
	return 1;
}

/* Behind an object stands a comma, or the end of the array. */
static int next_json(struct lease_reader *reader, json_t **ret_lease, struct error *reterr_error) {
	char octet = peek(reader);
	json_error_t why;

	if (octet == ',') {
		take_octet(reader);
		octet = peek(reader);
	}
	reader->line = reader->next_line;
	if (octet == ']')
		return 0;
	if (octet == '\0')
		return check_read(reader, reterr_error) < 0
			       ? -E_INVALID_PARAMETER
			       : error_set(reterr_error, E_INVALID_PARAMETER, "the file ends on line %zu before its list does; is it whole?",
					   reader->line);
	reader->n_left = LEASE_MAX;
	*ret_lease = json_load_callback(feed, reader, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);
	if (*ret_lease)
		return 0;
	return error_set(reterr_error, E_INVALID_PARAMETER, "on line %zu begins what is no JSON object (%s)", reader->line,
			 reader->n_left ? why.text : "it is too long");
}

/* ------------------------------------------------------------------ both */

static int begin(struct lease_reader *reader, struct error *reterr_error) {
	reader->is_begun = true;
	return reader->format == LEASE_FORMAT_JSON ? begin_json(reader, reterr_error) : begin_csv(reader, reterr_error);
}

int lease_reader_next(struct lease_reader *reader, json_t **ret_lease, bool *ret_is_malformed,
		      struct error *reterr_error) {
	int r = reader->is_begun ? 0 : begin(reader, reterr_error);

	*ret_lease = NULL;
	*ret_is_malformed = false;
	if (r < 0)
		return r;
	return reader->format == LEASE_FORMAT_JSON ? next_json(reader, ret_lease, reterr_error)
						   : next_csv(reader, ret_lease, ret_is_malformed, reterr_error);
}
