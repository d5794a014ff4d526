# --- Who is connected to the coordinator ---

# Anybody on this node, and often beyond it, can connect to DMTCP's coordinator, which does not authenticate: they could end the
# computation, or have their own images listed. If somebody does connect, the computation is ended and restored. It looks at most once a
# second.
refuse_foreign_peers() {
  [[ -n ${port-} && $SECONDS != "$looked_for_peers" ]] || return 0
  looked_for_peers=$SECONDS
  if foreign_peer; then attacked "$foreign is connected to DMTCP's coordinator"; fi
}

attacked() {
  journal foreign_peer why "$1"
  conclude lost "$1: the computation cannot be trusted any more"
}

# Sets foreign to the other end of a connection to the coordinator's port, if it is not this user. The kernel knows the owner of
# a connection that begins on this host; any other connection is checked twice, because it may just be ending.
foreign_peer() {
  local -A owners
  local round line all fields end peers peer absent first=''
  printf -v end ':%04X' "$port"
  for round in 1 2; do
    [[ -r /proc/net/tcp ]] || return
    mapfile -t all </proc/net/tcp
    owners=() peers=() absent=''
    for line in ${all[@]+"${all[@]}"}; do
      [[ $line == *"$end "* ]] || continue # a node can have thousands of connections, and splitting lines is slow
      # NUMBER: LOCAL REMOTE STATE … USER …, where the state 01 is connected
      read -ra fields <<<"$line"
      [[ ${fields[3]-} == 01 ]] || continue
      if [[ ${fields[1]} == *"$end" ]]; then peers+=("${fields[2]}"); fi
      if [[ ${fields[2]} == *"$end" ]]; then owners["${fields[1]}"]=${fields[7]-}; fi
    done
    for peer in ${peers[@]+"${peers[@]}"}; do
      foreign=${owners["$peer"]-}
      if [[ -z $foreign ]]; then
        absent+=" $peer"
      elif [[ $foreign != "$user" ]]; then
        foreign="user $foreign"
        return
      fi
    done
    [[ -n $absent ]] || return 1
    foreign='another host'
    for peer in $absent; do
      [[ " $first " != *" $peer "* ]] || return 0
    done
    first=$absent
    ((round == 2)) || sleep 1
  done
  return 1
}
