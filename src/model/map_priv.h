/* SPDX-License-Identifier: Apache-2.0 */
/* map_priv.h - the meaning of one entry, before it is known how it stands to the others.
 *
 * map_entry reads the values of an entry, each on its own; the files snapshot_*.c then find each object's parent,
 * settle contradictions between objects, and hand down what is inherited.
 * Two arenas: what a snapshot keeps, and what only its building needs.
 */
#pragma once

#include "base/macros.h"
#include "model/snapshot.h"

#define OBJECT_CLAIMS_MAX 3

struct claim;
struct map;

/* A value and where it stands. */
struct map_value {
	struct span octets;
	const char *text; /* the same as a string, without a NUL inside */
	const char *attribute;
	size_t index; /* among the attribute's values */
	size_t count; /* of the attribute's values */
};

/* A value of lessorOption that makes sense. */
struct map_option {
	const struct client_class *user_class, *vendor_class;
	struct option_value value;
};

/* Interfaces, by name. */
struct map_names {
	const char **items;
	size_t n_items;
};

struct map_filters {
	struct filter *items;
	size_t n_items;
};

struct map_boot_files {
	struct boot_file *items;
	size_t n_items;
};

/* One entry of a class of ours. Lives in the scratch arena; strings and the contents of option sets in the kept one. */
struct map_object {
	const struct entry *entry;
	enum schema_class class;
	size_t order; /* among all objects, as the entries were given */
	const char *dn;
	const char *key; /* the normalized DN; scratch */
	const char *cn;
	const char *name;                        /* lessorName, "" if none */
	bool is_bad;                             /* has a finding: no part of it is used */
	unsigned settings_given;                 /* a bit for each setting that stands on this entry */
	struct settings settings;                /* those; for root and site later with all that they inherit */
	struct map_option *taken;                /* values of lessorOption while they are read; scratch */
	size_t n_taken;
	struct option_values options;            /* those, in order; for a site later with all that it inherits */
	const struct option_values *served;      /* of a site: with those of our server; NULL until needed */
	struct map_object *parent;               /* the nearest entry of ours above it, NULL if there is none */
	struct map_filters filters;              /* its own, as are the next two */
	struct map_boot_files boot_files;
	struct map_names unbound;
	struct scope *scope;                     /* of a scope, else NULL */
	struct address_range *ranges;            /* of a scope or policy; scratch */
	size_t n_ranges;
	const char *superscope;                  /* of a scope: the name, NULL if it is in none */
	bool is_default_scope;
	struct client_class *client_class;       /* of a class, else NULL */
	struct option_definition *definition;    /* of a definition, else NULL; its vendor class once it is judged */
	const char *vendor_class;                /* of a definition: the name, NULL if it has none */
	struct policy *policy;                   /* of a policy, else NULL */
	struct map_object *ranged_policy;        /* of a scope: the first good policy with ranges; of that: the next */
	struct policies policies;                /* right below it, once they are built */
	struct reservation *reservation;         /* of a reservation, else NULL */
	struct claim *claims[OBJECT_CLAIMS_MAX]; /* on what only one object may have */
	size_t n_claims;
	size_t n_children; /* good reservations of a scope */
};

struct map_finding {
	struct finding finding;
	struct map_finding *next;
};

/* What to do with a value of an attribute. */
struct map_rule {
	enum schema_attribute attribute;
	enum setting setting; /* for a setting */
	bool is_late;         /* read by map_values, once classes and definitions are known */
	void (*take)(struct map *map, struct map_object *object, const struct map_rule *rule,
		     const struct map_value *value);
};

/* Embedded: the state of one build. */
struct map {
	struct arena *keep;
	struct arena *scratch;
	struct snapshot *snapshot; /* which is built; its classes and definitions come first */
	const struct map_rule *rules[CLASS_COUNT][ATTRIBUTE_COUNT]; /* for each class, NULL behind the last */
	struct map_finding *first_finding;
	struct map_finding **last_link;
	size_t n_findings;
};

/* Start the build of @snapshot, what belongs to it goes to its arena; @scratch may be freed after it. */
void map_init(struct map *ret_map, struct snapshot *snapshot, struct arena *scratch);

/* Give @entry its meaning but for the values that name classes and options; values that have none become findings.
 * NULL if its class is not one of ours. */
struct map_object *map_entry(struct map *map, const struct entry *entry, size_t order);

/* Read the other values of @object, once the snapshot has classes and definitions. */
void map_values(struct map *map, struct map_object *object);

/* Note that @object is left out because of @attribute ("": as a whole). */
void map_report(struct map *map, struct map_object *object, const char *attribute, enum error_code code,
		const char *format, ...) PRINTF_LIKE(5, 6);

/* Note that a value of @object is left out, and only that. */
void map_report_value(struct map *map, struct map_object *object, const char *attribute, enum error_code code,
		      const char *format, ...) PRINTF_LIKE(5, 6);

/* Note that @object is left out only because the entry above it is. */
void map_report_consequence(struct map *map, struct map_object *object, enum error_code code, const char *reason);

/* map_option.c: the values of lessorOption. */
void map_take_option(struct map *map, struct map_object *object, const struct map_rule *rule,
		     const struct map_value *value);
void map_finish_options(struct map *map, struct map_object *object);

/* map_vocabulary.c: what stands on classes and definitions. */
void map_take_class_kind(struct map *map, struct map_object *object, const struct map_rule *rule,
			 const struct map_value *value);
void map_take_class_data(struct map *map, struct map_object *object, const struct map_rule *rule,
			 const struct map_value *value);
void map_take_option_code(struct map *map, struct map_object *object, const struct map_rule *rule,
			  const struct map_value *value);
void map_take_option_type(struct map *map, struct map_object *object, const struct map_rule *rule,
			  const struct map_value *value);
void map_take_vendor_class(struct map *map, struct map_object *object, const struct map_rule *rule,
			   const struct map_value *value);
void map_take_default_value(struct map *map, struct map_object *object, const struct map_rule *rule,
			    const struct map_value *value);
void map_finish_class(struct map *map, struct map_object *object);
void map_finish_definition(struct map *map, struct map_object *object);

/* map_policy.c: what stands on policies; map_finish_policy_values once the values that name classes are read. */
void map_take_processing_order(struct map *map, struct map_object *object, const struct map_rule *rule,
			       const struct map_value *value);
void map_take_condition(struct map *map, struct map_object *object, const struct map_rule *rule,
			const struct map_value *value);
void map_finish_policy(struct map *map, struct map_object *object);
void map_finish_policy_values(struct map *map, struct map_object *object);

/* map_lists.c: the values of lists that a server has, each a row of map.c's rules; and what is wrong between the
 * values of one entry. */
void map_take_filter(struct map *map, struct map_object *object, const struct map_rule *rule,
		     const struct map_value *value);
void map_take_boot_file(struct map *map, struct map_object *object, const struct map_rule *rule,
			const struct map_value *value);
void map_take_unbound(struct map *map, struct map_object *object, const struct map_rule *rule,
		      const struct map_value *value);
void map_finish_lists(struct map *map, struct map_object *object);

/* Note that @object has no @attribute, which it must have. */
void map_require(struct map *map, struct map_object *object, enum schema_attribute attribute, enum error_code code,
		 const char *example);

/* The characters of @utf8, not its octets. */
size_t map_count_characters(struct span utf8);

/* Sort the ranges that were taken. */
void map_sort_ranges(struct map_object *object);

/* Put all findings into one array in the kept arena. */
void map_finish(struct map *map, struct findings *ret_findings);

/* The objects of a build. Lives in the scratch arena. */
struct map_objects {
	struct map_object **items; /* as the entries were given */
	size_t n_items;
};

/* snapshot_tree.c: find the parent of each object; one whose parent is missing or of the wrong class is left out
 * later. */
void tree_link(struct map *map, const struct map_objects *objects);

/* snapshot_judge.c: leave out what contradicts what was given before it, and what stands below something left out.
 * judge_vocabulary does so for root, classes and definitions, and puts the good ones into the snapshot; judge_others
 * for all others. */
struct judge;
struct judge *judge_vocabulary(struct map *map, const struct map_objects *objects);
void judge_others(struct judge *judge);

/* snapshot_vocabulary.c: the snapshot's classes and definitions: first those that are built in, with room for as many
 * as @objects has; then those of @objects, once all of a kind are judged. */
void vocabulary_init(struct map *map, const struct map_objects *objects);
void vocabulary_add_classes(struct map *map, const struct map_objects *objects);
void vocabulary_add_definitions(struct map *map, const struct map_objects *objects);

/* Refuse a class or definition that is already built in; and a definition for a class that is not there. */
void vocabulary_judge_class(struct map *map, struct map_object *object);
void vocabulary_judge_definition(struct map *map, struct map_object *object);

/* snapshot.c: the orders of what is sorted in a snapshot. */
int option_group_compare(const struct option_group *a, const struct option_group *b);
int option_definition_compare(const struct option_definition *a, const struct option_definition *b);
int option_definition_compare_names(const struct option_definition *a, const struct option_definition *b);

/* snapshot_superscope.c: join the scopes that name one; @objects are those in the snapshot, whose scopes lie there
 * already, in order of network. */
void build_superscopes(struct map *map, struct snapshot *snapshot, struct map_object *const *objects,
		       size_t n_objects);

/* snapshot_policy.c: whether the ranges of a policy fit its scope and the policies that were given before it; then the
 * good ones of each entry in order, and those of @nearest and of the entries above it. */
void policy_judge(struct map *map, struct map_object *object);
void build_policies(struct map *map, const struct map_objects *objects);
struct policies join_policies(struct arena *keep, const struct map_object *nearest);

/* snapshot_lists.c: what stands on @object and on the entries above it, the nearest first. */
void build_lists(struct arena *keep, struct snapshot *snapshot, const struct map_object *object);

/* snapshot_inherit.c: put the values of @near over those of @wide. Sets are shared where one side is empty. */
struct option_set inherit_options(struct arena *keep, struct option_set wide, struct option_set near);
struct option_values inherit_values(struct arena *keep, struct option_values wide, struct option_values near);
struct settings inherit_settings(const struct settings *wide, const struct map_object *near);
struct settings inherit_defaults(void);
