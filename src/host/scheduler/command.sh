ask "$@"
exit "$status"
