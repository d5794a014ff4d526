#!/usr/bin/env bash
# count-alone.sh LAST STEP_SECONDS [STATUS]: what count.sh prints, from one process where that can be had. DMTCP 4.1.1 was
# seen to bring a `sleep` back broken that was just being started at the checkpoint; that is worth knowing, and not what
# the tests that use this program ask. With the stand-in, which needs its help, it is count.sh.
# COUNT_MIB is memory to hold, so that a checkpoint takes its time.
set -u
if [[ -n ${DMTCP_STANDIN_MEMORY-} ]] || ! command -v perl >/dev/null; then
  exec bash "${BASH_SOURCE[0]%-alone.sh}.sh" "$@"
fi
exec perl -e '
  my ($last, $step, $status) = @ARGV;
  $| = 1;
  my $ballast = "x" x (($ENV{COUNT_MIB} // 0) << 20);
  $SIG{TERM} = sub { exit 0 } if $ENV{COUNT_TERM};
  for my $counter (1 .. $last) {
    print "$counter\n";
    select undef, undef, undef, $step if $counter < $last;
    my $gate = $ENV{COUNT_GATE} // "";
    while ($gate ne "" and $counter == int($last / 2) and not -e $gate) { select undef, undef, undef, 0.2 }
  }
  exit($status // 0)' "$@"
