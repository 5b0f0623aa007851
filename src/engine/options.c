/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - the options of a reply that are configured: which of several values, and in which order they go out. */
#include "engine/request.h"

#include "model/assignment.h"

#define VENDOR_VALUE_MAX 255 /* of one option inside option 43, whose length is one octet (RFC 2132 8.4) */

static void option_note(const struct option_search *search, const struct option_place *place,
			const struct option_value *value, const char *why_not) {
	struct option_reference option = option_reference_of(
		search->request->input->snapshot, option_place_class(search, place), search->vendor_class, value->code);
	char name[TRACE_TEXT_MAX], array[TRACE_TEXT_MAX];
	struct text subject, text;

	text_init(&subject, name, sizeof name);
	option_reference_format(&option, &subject);
	text_init(&text, array, sizeof array);
	option_type_format(option.type, value->octets, &text);
	text_add(&text, "%s%s", *why_not ? ": " : "", why_not);
	request_note(search->request, (struct trace_note){ .step = TRACE_OPTION,
							   .is_applied = !*why_not,
							   .subject = name,
							   .dn = value->source_dn,
							   .level = value->level,
							   .text = array });
}

/* The value that counts, then those that it displaces. */
static void option_notes(const struct option_search *search, uint8_t code, const char *why_not) {
	struct option_place place = { 0 };
	const struct option_value *value = option_search_next(search, code, &place);

	if (value)
		option_note(search, &place, value, why_not);
	while (value && (value = option_search_next(search, code, &place)) != NULL)
		option_note(search, &place, value, "displaced by the value above");
}

static void code_note(const struct reply_options *options, uint8_t code, const char *why_not) {
	if (code == DHCP4_OPTION_VENDOR_INFORMATION && options->vendor.data)
		why_not = "displaced by the options of the client's vendor class";
	option_notes(&options->search, code, why_not);
}

/* Most clients name a vendor class, and most directories have no options for any: not to look for them must cost
 * little. */
static bool has_vendor_options(const struct request *request) {
	const struct reservation *reservation = request->reservation;

	return request->scope->groups.n_items || request->traits->n_policies ||
	       (reservation && reservation->own.groups.n_items);
}

/* All options of the client's vendor class, as RFC 2132 8.4 puts them into option 43. */
static void vendor_fill(struct reply_options *options, const struct client_class *class) {
	struct writer writer = writer_of(options->vendor_octets, sizeof options->vendor_octets);
	struct code_set codes = { { 0 } };
	struct option_search search;

	option_search_start(options->search.request, class, &search);
	option_search_codes(&search, &codes);
	for (unsigned code = 1; code < DHCP4_OPTION_END; code++) {
		const struct option_value *value =
			is_code_in_set(&codes, (uint8_t)code) ? option_search_get(&search, (uint8_t)code) : NULL;

		if (!value || value->octets.len > VENDOR_VALUE_MAX || value->octets.len + 2 > writer.size - writer.len)
			continue;
		writer_u8(&writer, (uint8_t)code);
		writer_u8(&writer, (uint8_t)value->octets.len);
		writer_put(&writer, value->octets);
		if (is_request_traced(search.request))
			option_notes(&search, (uint8_t)code, "");
	}
	if (writer.len)
		options->vendor = span_of(writer.octets, writer.len);
}

void reply_options_start(const struct request *request, struct reply_options *ret_options) {
	const struct client_class *class = has_vendor_options(request) ? request_vendor_class(request) : NULL;

	option_search_start(request, NULL, &ret_options->search);
	ret_options->vendor = (struct span){ 0 };
	ret_options->done = (struct code_set){ { 0 } };
	if (class)
		vendor_fill(ret_options, class);
}

struct span reply_options_get(const struct reply_options *options, uint8_t code) {
	const struct option_value *value;

	if (code == DHCP4_OPTION_VENDOR_INFORMATION && options->vendor.data)
		return options->vendor;
	value = option_search_get(&options->search, code);
	return value ? value->octets : (struct span){ 0 };
}

void reply_options_write(struct reply_options *options, struct dhcp4_writer *writer, uint8_t code) {
	struct span value = reply_options_get(options, code);
	bool is_written;

	if (!value.data || !code_set_add(&options->done, code))
		return;
	is_written = dhcp4_write_option(writer, code, value);
	if (is_request_traced(options->search.request))
		code_note(options, code, is_written ? "" : "no room in the reply");
}

static void codes_collect(const struct reply_options *options, struct code_set *ret_codes) {
	*ret_codes = (struct code_set){ { 0 } };
	option_search_codes(&options->search, ret_codes);
	if (options->vendor.data)
		code_set_add(ret_codes, DHCP4_OPTION_VENDOR_INFORMATION);
}

void reply_options_write_all(struct reply_options *options, struct dhcp4_writer *writer) {
	struct code_set codes;

	codes_collect(options, &codes);
	for (unsigned code = 1; code < DHCP4_OPTION_END; code++)
		if (is_code_in_set(&codes, (uint8_t)code))
			reply_options_write(options, writer, (uint8_t)code);
}

void reply_options_note_rest(const struct reply_options *options) {
	struct code_set codes;

	if (!is_request_traced(options->search.request))
		return;
	codes_collect(options, &codes);
	for (unsigned code = 1; code < DHCP4_OPTION_END; code++)
		if (is_code_in_set(&codes, (uint8_t)code) && !is_code_in_set(&options->done, (uint8_t)code))
			code_note(options, (uint8_t)code, "the client does not ask for it");
}
