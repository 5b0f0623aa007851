# SPDX-License-Identifier: Apache-2.0
include tests/checks/local.mk
include tests/functional/local.mk
include tests/unit/store.mk
include tests/unit/wire.mk
include tests/fuzz/wire.mk
include tests/unit/core.mk
include tests/unit/api.mk
include tests/unit/admin.mk
include tests/unit/ctl.mk
include tests/fuzz/store.mk
include tests/unit/rt.mk
include tests/fuzz/rt.mk
include tests/unit/model.mk
include tests/fuzz/model.mk
include tests/unit/dir.mk
include tests/unit/files.mk
include tests/fuzz/dir.mk
