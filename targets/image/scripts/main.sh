read_arguments "$@"
cd "$here/$context" || fail "the folder of the sources, $context, is not there"
look_for_inputs
publish
