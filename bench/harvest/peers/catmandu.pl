# Catmandu::OAI as its own process: prints records as JSON lines, up to a number of them.
use strict;
use warnings;
use Catmandu::Importer::OAI;
use Cpanel::JSON::XS;

my ($url, $prefix, $most) = @ARGV;
my $json = Cpanel::JSON::XS->new->utf8;
my $importer = Catmandu::Importer::OAI->new(url => $url, metadataPrefix => $prefix);
$importer->take($most)->each(sub { print $json->encode($_[0]), "\n" });
