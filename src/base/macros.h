/* SPDX-License-Identifier: Apache-2.0 */
/* macros.h - the few compiler spellings that everything uses. */
#pragma once

#include <assert.h>
#include <stdlib.h>

#define PRINTF_LIKE(string, first) __attribute__((__format__(__printf__, string, first)))
#define PURE_RESULT __attribute__((warn_unused_result))
#define CLEANUP(function) __attribute__((cleanup(function)))
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Define cleanup_NAME, for use as CLEANUP(cleanup_NAME) on a variable of type TYPE that FREE takes. */
#define DEFINE_CLEANUP(name, type, free_function)                                                                      \
	static inline void cleanup_##name(type *place) {                                                               \
		if (*place)                                                                                            \
			free_function(*place);                                                                         \
	}

/* Move a pointer out of @place, which becomes NULL. */
#define TAKE_POINTER(place)                                                                                            \
	({                                                                                                             \
		__typeof__(place) taken_ = (place);                                                                    \
		(place) = NULL;                                                                                        \
		taken_;                                                                                                \
	})

static inline void cleanup_free(void *place) {
	free(*(void **)place);
}
