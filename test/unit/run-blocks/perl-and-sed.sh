perl -ne 'if (/^(\d+)\s+(\S+)/ && $1 > 3) { print "$2\n" }' table.txt >names.txt
sed -e 's/a/b/;s/"/\\"/g' -e '/^$/d' names.txt | sort -u >list.txt
