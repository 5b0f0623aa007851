/* SPDX-License-Identifier: Apache-2.0 */
/* lessor.h - the administration of Lessor's servers, for programs: all that lessorctl does, which is itself made on it.
 *
 * A session is where the directory and this machine's daemon are and who asks; a call is one operation ("scope add")
 * with its parameters, and its result is a JSON object. Which operations there are and what each one takes stands in a
 * table that can be walked. The keys of the results are stable (docs/json.md).
 *
 * Threads: a session is used by one thread at a time; different sessions do not know each other.
 * Signals: the program ignores SIGPIPE, as a directory may close a connection while something is written to it.
 * Memory: text that is given is copied. Running out of memory ends the process.
 * Errors: every function that can fail returns 0, or a negative code of lessor/errors.h with the rest in @reterr_error,
 * which may be NULL.
 */
#ifndef LESSOR_LESSOR_H
#define LESSOR_LESSOR_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the library offers; nothing else of it can be seen from outside. */
#if defined __GNUC__
#define LESSOR_PUBLIC __attribute__((visibility("default")))
#else
#define LESSOR_PUBLIC
#endif

/* A session. Opaque. */
struct lessor;

/* Embedded: why something was refused. */
struct lessor_error {
	int code;       /* of lessor/errors.h, positive */
	bool is_usage;  /* the call itself was wrong: a parameter is missing, unknown or contradicts another */
	char text[512]; /* one sentence: what happened, and what to do; UTF-8, without a line end */
};

/* Embedded: a parameter of a call. Both texts are borrowed for the call. */
struct lessor_parameter {
	const char *name;  /* "site", or the name of a place of the operation's words: "network" */
	const char *value; /* "" for one that has no argument */
};

/* A new session, without settings. Free it with lessor_free. */
LESSOR_PUBLIC struct lessor *lessor_new(void);

/* End the session: its connection is closed. Accepts NULL; returns NULL. */
LESSOR_PUBLIC struct lessor *lessor_free(struct lessor *session);

/* Set what lessor_setting_at names: "uri" (each call adds one), "base", "bind-dn" ...; NULL for @value: as if it had
 * never been set. A connection that is open is closed. What is left open is taken from the file that "config" names,
 * else from the installed lessord.conf where that can be read.
 * 0, or -ERROR_INVALID_PARAMETER: there is no such setting. */
LESSOR_PUBLIC int lessor_configure(struct lessor *session, const char *name, const char *value,
				   struct lessor_error *reterr_error);

/* Do one operation: @operation is its noun and verb with a space between them, or a noun that has no verbs ("status").
 * The first one that needs the directory connects to it.
 * *@ret_json: the result, one JSON object in UTF-8; free() it. NULL for @ret_json: it is not wanted.
 * 0; 1: it was done, and the result says that something is wrong ("check" has findings); or the negative code of a
 * refusal: then nothing was changed, unless the sentence says so; a refused "apply" may have a result all the same, with
 * what was done or what stands against it. */
LESSOR_PUBLIC int lessor_call(struct lessor *session, const char *operation, const struct lessor_parameter *parameters,
			      size_t n_parameters, char **ret_json, struct lessor_error *reterr_error);

/* Handed a result's member @key that may be long, piece by piece: @json is an array, or a text, of which all put
 * together are the member ("lease list": "leases"). The result has what was not handed over: an empty one. False: no
 * more is wanted, and the operation ends with ERROR_CANCELLED. */
typedef bool lessor_piece_f(void *context, const char *key, const char *json);

/* Let @take be handed the pieces in all later calls. NULL: nobody, and the result has the whole. */
LESSOR_PUBLIC void lessor_on_piece(struct lessor *session, lessor_piece_f *take, void *context);

/* Asked before something is lost: @question says what, as a statement without its full stop ("this removes scope ...
 * with 3 reservations"). True: go on; false: the operation ends with ERROR_CANCELLED and nothing was changed. */
typedef bool lessor_question_f(void *context, const char *question);

/* Let @ask be asked in all later calls. NULL: nobody is asked, and operations go on. */
LESSOR_PUBLIC void lessor_on_question(struct lessor *session, lessor_question_f *ask, void *context);

/* Told during long work: @done of @total steps are done (@total 0: nobody knows how many there are); @what: with what,
 * a few words or a DN. The last call has @done equal to @total. */
typedef void lessor_progress_f(void *context, size_t done, size_t total, const char *what);

/* Let @tell be told in all later calls. NULL: nobody. */
LESSOR_PUBLIC void lessor_on_progress(struct lessor *session, lessor_progress_f *tell, void *context);

/* Asked for the password of a simple bind where no "password-file" is set. Write it to @ret_password, of @size octets,
 * with a NUL behind it. False: there is none; the reason, one sentence, may be written there instead, or "". */
typedef bool lessor_password_f(void *context, char *ret_password, size_t size);

/* Let @ask be asked for the password. NULL: nobody is, and a simple bind needs a "password-file". */
LESSOR_PUBLIC void lessor_on_password(struct lessor *session, lessor_password_f *ask, void *context);

/* One operation. Lifetime: static. */
struct lessor_operation {
	const char *noun, *verb; /* verb: "" if the noun has none */
	const char *help;        /* one or two sentences */
	const char *example;     /* what a person would type behind "lessorctl" */
};

/* Borrow the operation at @index, in the order of the manual; NULL past the end. */
LESSOR_PUBLIC const struct lessor_operation *lessor_operation_at(size_t index);

/* Embedded: one thing that an operation takes. */
struct lessor_place {
	char name[32];      /* of its parameter in a call */
	char argument[48];  /* how its value is shown to people: "NETWORK/LENGTH"; "" if it has none */
	bool is_word;       /* people give it by its place, not by its name */
	bool is_needed;     /* the operation cannot do without it */
	bool is_repeatable; /* it may be given several times */
};

/* Fill @ret_place with what @operation takes at @index: its words in their order, then the others.
 * False past the end. */
LESSOR_PUBLIC bool lessor_operation_place(const struct lessor_operation *operation, size_t index,
					  struct lessor_place *ret_place);

/* Borrow the noun at @index, in the order of the manual; NULL past the end. */
LESSOR_PUBLIC const char *lessor_noun_at(size_t index);

/* Borrow what the noun means; NULL if there is no such noun. */
LESSOR_PUBLIC const char *lessor_noun_help(const char *noun);

/* A parameter of operations, or a setting of sessions. Lifetime: static. */
struct lessor_parameter_info {
	const char *name;
	char letter;          /* by which programs abbreviate a setting; '\0': by none */
	const char *argument; /* what the value is ("FQDN"); "" if it has none */
	bool is_repeatable;   /* of a setting: each value is added */
	const char *help;     /* one or two sentences */
};

/* Borrow the setting of sessions, or the parameter of operations, at @index; NULL past the end. */
LESSOR_PUBLIC const struct lessor_parameter_info *lessor_setting_at(size_t index);
LESSOR_PUBLIC const struct lessor_parameter_info *lessor_parameter_at(size_t index);

/* Borrow the name of @code (either sign): "ERROR_DDS_SUBNET_EXISTS"; what it says, and what to do about it, in general.
 * "ERROR_UNKNOWN", "" and "" if there is none. */
LESSOR_PUBLIC const char *lessor_error_name(int code);
LESSOR_PUBLIC const char *lessor_error_meaning(int code);
LESSOR_PUBLIC const char *lessor_error_advice(int code);

#ifdef __cplusplus
}
#endif

#endif
