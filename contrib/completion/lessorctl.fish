# SPDX-License-Identifier: Apache-2.0
# Completion of lessorctl for fish. The program itself knows what may stand where, names in the directory included.
function __lessorctl_complete
	set -l words (commandline -opc)
	$words[1] --complete $words[2..] (commandline -ct) 2>/dev/null
end
complete -c lessorctl -a '(__lessorctl_complete)'
