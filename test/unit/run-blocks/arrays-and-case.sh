declare -A grid=([small]=64 [large]=512)
case ${SIZE:-small} in
  small | large) n=${grid[$SIZE]:-64} ;;
  *)
    echo "unknown size" >&2
    exit 2
    ;;
esac
./poisson -n "$n"
