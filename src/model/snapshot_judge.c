/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "model/map_priv.h"
#include "model/quote_priv.h"

/* What only one object may have: one row for each kind. */
enum claim_kind {
	CLAIM_ROOT,
	CLAIM_CLASS_NAME,
	CLAIM_CLASS_DATA,
	CLAIM_OPTION_CODE,
	CLAIM_OPTION_NAME,
	CLAIM_SERVER,
	CLAIM_DEFAULT_SCOPE,
	CLAIM_ADDRESS,
	CLAIM_HARDWARE,
	CLAIM_CLIENT_ID
};

/* The sentence: @what, the thing, @has, the holder, @advice. */
static const struct {
	enum error_code code;
	enum schema_attribute attribute;
	const char *what, *has, *advice;
} claim_kinds[] = {
	[CLAIM_ROOT] = { E_DDS_UNEXPECTED_ERROR, ATTRIBUTE_CN, "the root", " already has the entry ",
			 "remove one of the two" },
	[CLAIM_CLASS_NAME] = { E_DDS_CLASS_EXISTS, ATTRIBUTE_CN, "the class ", " already has the entry ",
			       "give this one another name" },
	[CLAIM_CLASS_DATA] = { E_DHCP_CLASS_ALREADY_EXISTS, ATTRIBUTE_CLASS_DATA, "the data ",
			       " already belongs to the class ", "give this one other data" },
	[CLAIM_OPTION_CODE] = { E_DHCP_OPTION_EXISTS, ATTRIBUTE_OPTION_CODE, "option ", " is already defined by ",
				"give this one another code" },
	[CLAIM_OPTION_NAME] = { E_DDS_OPTION_ALREADY_EXISTS, ATTRIBUTE_CN, "an option called ",
				" is already defined by ", "give this one another name" },
	[CLAIM_SERVER] = { E_DDS_SERVER_ALREADY_EXISTS, ATTRIBUTE_CN, "the server ", " already has the entry ",
			   "remove one of the two" },
	[CLAIM_DEFAULT_SCOPE] = { E_DHCP_DEFAULT_SCOPE_EXISTS, ATTRIBUTE_DEFAULT_SCOPE, "the superscope ",
				  " already has the default scope ", "let only one of the two be it" },
	[CLAIM_ADDRESS] = { E_DDS_RESERVATION_CONFLICT, ATTRIBUTE_CN, "the address ", " already has the entry ",
			    "remove one of the two" },
	[CLAIM_HARDWARE] = { E_DDS_RESERVATION_CONFLICT, ATTRIBUTE_HARDWARE_ADDRESS,
			     "in this scope the hardware address ", " already has the entry ",
			     "remove one of the two" },
	[CLAIM_CLIENT_ID] = { E_DDS_RESERVATION_CONFLICT, ATTRIBUTE_CLIENT_IDENTIFIER,
			      "in this scope the client identifier ", " already has the entry ",
			      "remove one of the two" },
};

/* An object's wish to be the only one with @key among those that share @space. All claims are sorted once, so that
 * equal ones stand together; the first of them keeps the holder. */
struct claim {
	enum claim_kind kind;
	size_t space; /* the order of the entry within which it holds, a kind, or 0 where there is one space for all */
	struct span key;
	struct map_object *object;
	struct claim *first;       /* of the equal ones */
	struct map_object *holder; /* of the first: who has it, NULL while nobody does */
};

/* The subnets of all established scopes, as a binary tree of their prefixes: every leaf is a scope, so that two that
 * overlap lie on one path. */
struct subnet_node {
	struct subnet_node *children[2];
	struct map_object *scope;
};

struct judge {
	struct map *map;
	const struct map_objects *objects;
	struct claim *claims;
	size_t n_claims;
	struct subnet_node *subnets;
};

static void add_claim(struct judge *judge, struct map_object *object, enum claim_kind kind, size_t space,
		      struct span key) {
	judge->claims[judge->n_claims++] = (struct claim){ .kind = kind, .space = space, .key = key, .object = object };
}

/* Names are compared without regard to case, so their claim is in lower case. */
static struct span lower_case(struct map *map, const char *name) {
	char *lower = arena_dup_text(map->scratch, name);

	for (char *letter = lower; *letter; letter++)
		if (*letter >= 'A' && *letter <= 'Z')
			*letter |= 0x20;
	return span_of_text(lower);
}

/* What is defined once for each vendor class, and once for none. */
static struct span within_vendor_class(struct map *map, const struct map_object *object, const char *thing) {
	const char *class = object->vendor_class ? object->vendor_class : "";

	/* the name of a class is never empty, and has no "]" */
	return lower_case(map, arena_format(map->scratch, "%s]%s", class, thing));
}

static void add_claims_of_definition(struct judge *judge, struct map_object *object) {
	const char *code = arena_format(judge->map->scratch, "%u", object->definition->code);

	add_claim(judge, object, CLAIM_OPTION_CODE, 0, within_vendor_class(judge->map, object, code));
	add_claim(judge, object, CLAIM_OPTION_NAME, 0, within_vendor_class(judge->map, object, object->cn));
}

static void add_claims_of_reservation(struct judge *judge, struct map_object *object) {
	struct reservation *reservation = object->reservation;

	add_claim(judge, object, CLAIM_ADDRESS, object->parent->order,
		  span_of(&reservation->address, sizeof reservation->address));
	if (reservation->hardware_address.len)
		add_claim(judge, object, CLAIM_HARDWARE, object->parent->order, reservation->hardware_address);
	if (reservation->client_id.len)
		add_claim(judge, object, CLAIM_CLIENT_ID, object->parent->order, reservation->client_id);
}

static void add_claims_of(struct judge *judge, struct map_object *object) {
	if (object->class == CLASS_ROOT)
		add_claim(judge, object, CLAIM_ROOT, 0, span_of(NULL, 0));
	if (object->class == CLASS_SERVER)
		add_claim(judge, object, CLAIM_SERVER, 0, lower_case(judge->map, object->cn));
	if (object->is_default_scope && object->superscope && object->parent)
		add_claim(judge, object, CLAIM_DEFAULT_SCOPE, object->parent->order,
			  lower_case(judge->map, object->superscope));
	if (object->reservation && object->parent)
		add_claims_of_reservation(judge, object);
	if (object->definition)
		add_claims_of_definition(judge, object);
	if (object->client_class) {
		add_claim(judge, object, CLAIM_CLASS_NAME, 0, lower_case(judge->map, object->cn));
		add_claim(judge, object, CLAIM_CLASS_DATA, object->client_class->kind, object->client_class->data);
	}
}

static int compare_claims(const void *a, const void *b) {
	const struct claim *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->space != right->space)
		return left->space < right->space ? -1 : 1;
	return span_compare(left->key, right->key);
}

static void sort_claims(struct judge *judge) {
	qsort(judge->claims, judge->n_claims, sizeof *judge->claims, compare_claims);
	for (size_t i = 0; i < judge->n_claims; i++) {
		struct claim *claim = &judge->claims[i];
		bool is_same = i && compare_claims(claim - 1, claim) == 0;

		claim->first = is_same ? claim[-1].first : claim;
		claim->object->claims[claim->object->n_claims++] = claim;
	}
}

static const char *claim_text(const struct claim *claim, char buffer[static QUOTE_MAX]) {
	const struct map_object *object = claim->object;
	struct text text;

	text_init(&text, buffer, QUOTE_MAX);
	switch (claim->kind) {
	case CLAIM_ROOT:
		break;
	case CLAIM_CLASS_NAME:
	case CLAIM_OPTION_NAME:
	case CLAIM_SERVER:
		return quote(span_of_text(object->cn), buffer);
	case CLAIM_CLASS_DATA:
		return quote(claim->key, buffer);
	case CLAIM_OPTION_CODE:
		text_add(&text, "%u", object->definition->code);
		break;
	case CLAIM_DEFAULT_SCOPE:
		return quote(span_of_text(object->superscope), buffer);
	case CLAIM_ADDRESS:
		return ip4_format(object->reservation->address, buffer);
	case CLAIM_HARDWARE:
	case CLAIM_CLIENT_ID:
		text_add_hex(&text, claim->key, ':');
		break;
	}
	return buffer;
}

/* All of an object's claims, or none: one that is left out holds nothing against those after it. */
static void judge_claims(struct judge *judge, struct map_object *object) {
	char thing[QUOTE_MAX], holder[QUOTE_MAX];

	for (size_t i = 0; i < object->n_claims; i++) {
		const struct claim *claim = object->claims[i];

		if (claim->first->holder)
			map_report(judge->map, object, schema_attribute_get(claim_kinds[claim->kind].attribute)->name,
				   claim_kinds[claim->kind].code,
				   "%s%s%s%s; %s", claim_kinds[claim->kind].what, claim_text(claim, thing),
				   claim_kinds[claim->kind].has,
				   quote(span_of_text(claim->first->holder->dn), holder),
				   claim_kinds[claim->kind].advice);
	}
	for (size_t i = 0; i < object->n_claims && !object->is_bad; i++)
		object->claims[i]->first->holder = object;
}

static unsigned bit_at(struct ip4_subnet subnet, unsigned depth) {
	return subnet.network.value >> (31 - depth) & 1;
}

/* The established scope that holds @subnet or lies in it, or NULL. */
static struct map_object *find_overlap(const struct subnet_node *node, struct ip4_subnet subnet) {
	for (unsigned depth = 0; node && !node->scope && depth < subnet.prefix_length; depth++)
		node = node->children[bit_at(subnet, depth)];
	while (node && !node->scope)
		node = node->children[0] ? node->children[0] : node->children[1];
	return node ? node->scope : NULL;
}

static void add_subnet(struct judge *judge, struct map_object *object) {
	struct subnet_node **place = &judge->subnets;

	for (unsigned depth = 0; depth <= object->scope->subnet.prefix_length; depth++) {
		if (depth)
			place = &(*place)->children[bit_at(object->scope->subnet, depth - 1)];
		if (!*place)
			*place = arena_new_of(judge->map->scratch, struct subnet_node);
	}
	(*place)->scope = object;
}

static void judge_scope(struct judge *judge, struct map_object *object) {
	struct map_object *other = find_overlap(judge->subnets, object->scope->subnet);
	char network[IP4_TEXT_MAX], quoted[QUOTE_MAX];

	if (other)
		map_report(judge->map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DDS_SUBNET_EXISTS,
			   "the subnet %s/%u overlaps that of %s; change or remove one of them",
			   ip4_format(object->scope->subnet.network, network), object->scope->subnet.prefix_length,
			   quote(span_of_text(other->dn), quoted));
	else
		add_subnet(judge, object);
}

static void judge_reservation(struct judge *judge, struct map_object *object) {
	struct ip4_range all = ip4_subnet_range(object->parent->scope->subnet);
	struct ip4 address = object->reservation->address;
	char text[IP4_TEXT_MAX], network[IP4_TEXT_MAX];

	if (address.value <= all.first.value || address.value >= all.last.value)
		map_report(judge->map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DHCP_NOT_RESERVED_CLIENT,
			   "%s is not an address for a client of the subnet %s/%u; choose another one",
			   ip4_format(address, text), ip4_format(all.first, network),
			   object->parent->scope->subnet.prefix_length);
}

static void judge_class(struct judge *judge, struct map_object *object) {
	vocabulary_judge_class(judge->map, object);
}

static void judge_definition(struct judge *judge, struct map_object *object) {
	vocabulary_judge_definition(judge->map, object);
}

static void judge_policy(struct judge *judge, struct map_object *object) {
	policy_judge(judge->map, object);
}

#define BIT_OF(class) (1u << (class))
#define LEVELS (BIT_OF(CLASS_ROOT) | BIT_OF(CLASS_SITE) | BIT_OF(CLASS_SERVER) | BIT_OF(CLASS_SCOPE))

/* Widest first: by the time an object is judged, what stands above it has been. */
static const struct kind {
	enum schema_class class;
	unsigned above;       /* classes of which one stands above it, as bits; 0: nothing of ours */
	enum error_code code; /* if that is not so */
	const char *missing;
	const char *left_out;
	void (*judge)(struct judge *judge, struct map_object *object);
} kinds[] = {
	{ CLASS_ROOT, 0, E_DDS_UNEXPECTED_ERROR,
	  "a root stands below another entry of Lessor's; move or remove it", "", NULL },
	{ CLASS_CLIENT_CLASS, BIT_OF(CLASS_ROOT), E_DDS_UNEXPECTED_ERROR,
	  "the class does not stand below the root; move it there, below cn=classes",
	  "the root above this class is left out; mend that entry first", judge_class },
	{ CLASS_DEFINITION, BIT_OF(CLASS_ROOT), E_DDS_UNEXPECTED_ERROR,
	  "the definition does not stand below the root; move it there, below cn=options",
	  "the root above this definition is left out; mend that entry first", judge_definition },
	{ CLASS_SITE, BIT_OF(CLASS_ROOT), E_DDS_UNEXPECTED_ERROR, "the site does not stand below the root; move it there",
	  "the root above this site is left out; mend that entry first", NULL },
	{ CLASS_SERVER, BIT_OF(CLASS_SITE), E_DDS_UNEXPECTED_ERROR, "the server does not stand below a site; move it there",
	  "the site above this server is left out; mend that entry first", NULL },
	{ CLASS_SCOPE, BIT_OF(CLASS_SITE), E_DDS_UNEXPECTED_ERROR, "the scope does not stand below a site; move it there",
	  "the site above this scope is left out; mend that entry first", judge_scope },
	{ CLASS_RESERVATION, BIT_OF(CLASS_SCOPE), E_DDS_SUBNET_NOT_PRESENT,
	  "the reservation does not stand below a scope that is in force; move it there",
	  "the scope above this reservation is left out; mend that entry first", judge_reservation },
	{ CLASS_POLICY, LEVELS, E_DDS_UNEXPECTED_ERROR,
	  "the policy does not stand below a scope, a server, a site or the root; move it there",
	  "the entry above this policy is left out; mend that one first", judge_policy },
};

static void judge_object(struct judge *judge, struct map_object *object, const struct kind *kind) {
	unsigned above = object->parent ? BIT_OF(object->parent->class) : 0;

	if (kind->above ? !(above & kind->above) : above)
		map_report(judge->map, object, "", kind->code, "%s", kind->missing);
	else if (object->parent && object->parent->is_bad)
		map_report_consequence(judge->map, object, kind->code, kind->left_out);
	if (!object->is_bad && kind->judge)
		kind->judge(judge, object);
	if (!object->is_bad)
		judge_claims(judge, object);
}

static void judge_kind(struct judge *judge, const struct kind *kind) {
	for (size_t i = 0; i < judge->objects->n_items; i++)
		if (judge->objects->items[i]->class == kind->class && !judge->objects->items[i]->is_bad)
			judge_object(judge, judge->objects->items[i], kind);
}

static bool is_vocabulary(const struct kind *kind) {
	return kind->class == CLASS_ROOT || kind->class == CLASS_CLIENT_CLASS || kind->class == CLASS_DEFINITION;
}

struct judge *judge_vocabulary(struct map *map, const struct map_objects *objects) {
	struct judge *judge = arena_new_of(map->scratch, struct judge);

	judge->map = map;
	judge->objects = objects;
	judge->claims = arena_array_of(map->scratch, struct claim, objects->n_items * OBJECT_CLAIMS_MAX);
	for (size_t i = 0; i < objects->n_items; i++)
		if (!objects->items[i]->is_bad)
			add_claims_of(judge, objects->items[i]);
	sort_claims(judge);
	vocabulary_init(map, objects);
	for (const struct kind *kind = kinds; is_vocabulary(kind); kind++) {
		judge_kind(judge, kind);
		if (kind->class == CLASS_CLIENT_CLASS)
			vocabulary_add_classes(map, objects);
		if (kind->class == CLASS_DEFINITION)
			vocabulary_add_definitions(map, objects);
	}
	return judge;
}

void judge_others(struct judge *judge) {
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!is_vocabulary(&kinds[i]))
			judge_kind(judge, &kinds[i]);
}
