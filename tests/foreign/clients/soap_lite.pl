#!/usr/bin/env perl
# Perl's SOAP::Lite at the Conax endpoint, by hand, as scripts of 2008 do it.
#
#     perl soap_lite.pl ENDPOINT CONTROL WORLD
#
# ENDPOINT is the Conax endpoint, of the main world or below /worlds/NAME. Needs Debian's libsoap-lite-perl.
use strict;
use warnings;
use utf8;

use JSON::PP qw(decode_json);
use LWP::UserAgent;
use SOAP::Lite;

my $CARD = '01900080208';
my ($endpoint, $control, $world) = @ARGV;
my @failures;

sub expect {
    my ($what, $found, $expected) = @_;
    $found //= 'nothing';
    push @failures, "$what: found $found, expected $expected" if $found ne $expected;
}

sub held {
    my ($path) = @_;
    my $reply = LWP::UserAgent->new->get("$control/v1/cas/$path?world=$world");
    die $reply->status_line unless $reply->is_success;
    return decode_json($reply->content);
}

my $NAMESPACE = 'urn:conax-sim:authorization:v1';

# It guesses the types of values and writes them down, as xsi:type.
my $soap = SOAP::Lite->proxy("$endpoint/ca-server/webservices/client/authorization");
$soap->default_ns($NAMESPACE);
$soap->on_action(sub { '' });

# Calls an operation with these elements in its wrapped argument.
sub command {
    my ($name, @values) = @_;
    my $argument = SOAP::Data->name("${name}Request" => \SOAP::Data->value(@values));
    return $soap->call($name => $argument);
}

sub card { return SOAP::Data->name(CaClientId => $_[0])->type('string') }

my $product = SOAP::Data->name(ProductId => 'P1test');
my $products = SOAP::Data->name(ProductIds => \$product);

my $reply = command('AddSubscriptions', card($CARD), $products);
expect('adding', $reply->valueof('//StatusCode'), 'OK');
expect('the card', held("smartcards/$CARD")->{entitlements}[0]{product}, 'P1test');

$reply = command('GetActiveSubscriptions', card($CARD));
expect('what is active', $reply->valueof('//ActiveSubscription/ProductId'), 'P1test');

$reply = command('AddSubscriptions', card('99999999999'), $products);
expect('a card that is not there', $reply->valueof('//StatusCode'), 'CLIENT_NOT_FOUND');

$reply = command('AddSubscriptions');
expect('a command without its card', $reply->valueof('//StatusCode'), 'INPUT_VALIDATION_ERROR');

print {*STDERR} "not as expected: $_\n" for @failures;
exit(@failures ? 1 : 0);
