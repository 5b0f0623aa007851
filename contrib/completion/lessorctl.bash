# SPDX-License-Identifier: Apache-2.0
# Completion of lessorctl for bash. The program itself knows what may stand where, names in the directory included.
_lessorctl() {
	local line=${COMP_LINE:0:COMP_POINT} current prefix word
	local -a words
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	current=${words[-1]}
	# bash has cut the word at these, and puts the answer behind the last of them.
	prefix=${current%"${current##*[:=]}"}
	COMPREPLY=()
	while IFS= read -r word; do
		printf -v word %q "$word"
		COMPREPLY+=("${word#"$prefix"}")
	done < <("${words[0]}" --complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _lessorctl lessorctl
