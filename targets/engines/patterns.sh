# --- Files by patterns ---

# files_like FOLDER PATTERN...: the files in FOLDER that match, each ended by NUL; of a folder, all files in it. A link that a pattern names
# is followed. Changes to FOLDER in a subshell.
files_like() { list_like files "$@"; }

# list_like WHAT FOLDER PATTERN...: `files`, as above; `names`, the same, but links to files as they are; `links`, the links in folders
# that match, and those that a pattern names and that lead to a place in FOLDER, each with what is written in it; `looks`, what
# to look at to see a change in one of them. crflow's own links are left out.
list_like() {
  local pattern file what=$1 IFS=$' \t\n'
  cd -P "$2" || return
  shopt -s nullglob globstar
  for pattern in "${@:3}"; do
    IFS='' # no word is split; set before the list above, it would make bash 4.2 join the list
    # shellcheck disable=SC2231 # a pattern
    for file in $pattern; do list_file "$file"; done
  done
}

list_file() {
  local rest=$1/ at='' to
  if [[ $what == names && -L $1 && ! -d $1 ]]; then
    printf '%s\0' "$1"
    return
  fi
  # Each link on the way that stays in this folder, and then what it leads to.
  while [[ -n $rest ]]; do
    at+=${rest%%/*} rest=${rest#*/}
    if [[ -L $at ]] && to=$(readlink -f -- "$at") && [[ $to == "$PWD"/* ]]; then
      case $what in
        links) printf '%s\0%s\0' "$at" "$(readlink -- "$at")" ;;
        looks) printf '%s\0' "$at" ;;
        *) ;;
      esac
      at=${to#"$PWD"/}
    fi
    at+=${rest:+/}
  done
  [[ $at != [-\(\)\!,]* ]] || at=./$at # not an option of find
  if [[ -d $at ]]; then
    case $what in
      links) find -H "$at" -type l ! -name '.*.crflow' -printf '%p\0%l\0' ;;
      looks) find -H "$at" \( -type f -o -type l ! -name '.*.crflow' \) -print0 ;;
      *) find -H "$at" -type f -print0 ;;
    esac
  elif [[ -f $at && $what != links ]]; then
    if [[ $what == looks && -L $at ]]; then at=$(readlink -f -- "$at"); fi
    printf '%s\0' "$at"
  fi
}
