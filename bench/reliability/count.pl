# perl count.pl LAST STEP STATUS MEMORY_MIB PROGRESS: prints 1..LAST, one a line, STEP seconds apart; ends with STATUS.
# PROGRESS is a file outside of the computation: opened and closed for each number, so that no restore rolls it back.
# Each line there is work that was done: NUMBER SECONDS CLUSTER, and a number that stands there twice was done twice.
use strict;
use Time::HiRes 'time';
my ($last, $step, $status, $memory, $progress) = @ARGV;
$| = 1;
srand 1;
my $block = join '', map { chr int rand 256 } 1 .. 1 << 16;
my $ballast = $block x ($memory * 16);
for my $number (1 .. $last) {
  print "$number\n";
  open my $file, '>>', $progress or die "$progress: $!";
  printf $file "%d %.3f %s\n", $number, time, $ENV{SLURM_CLUSTER_NAME} // '-';
  close $file;
  select undef, undef, undef, $step if $number < $last;
}
exit $status;
