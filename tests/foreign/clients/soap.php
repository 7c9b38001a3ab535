<?php
// PHP's SoapClient at the Conax endpoint: it reads the WSDL of a world and calls what that describes.
//
//     php soap.php ENDPOINT CONTROL WORLD
//
// ENDPOINT is the Conax endpoint, of the main world or below /worlds/NAME. The commands have to reach this world and no other.
// Needs Debian's php-cli and php-soap.

const CARD = '01900080208';
const PRODUCT = 'P1test';

[, $endpoint, $control, $world] = $argv;
$failures = [];

function expect($what, $found, $expected)
{
    global $failures;
    if ($found !== $expected) {
        $failures[] = "$what: found " . json_encode($found) . ', expected ' . json_encode($expected);
    }
}

/** What the head-end of a world holds for the card. */
function entitlements($control, $world)
{
    $held = json_decode(file_get_contents("$control/v1/cas/smartcards/" . CARD . "?world=$world"));
    return array_map(fn ($one) => $one->product, $held->entitlements);
}

$options = ['cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS];
$client = new SoapClient("$endpoint/?wsdl", $options);

/** Calls an operation; its argument is wrapped as the WSDL says. */
function call($client, $name, $values)
{
    return $client->__soapCall($name, [[$name . 'Request' => $values]]);
}

$products = ['ProductId' => [PRODUCT]];
$reply = call($client, 'AddSubscriptions', ['CaClientId' => CARD, 'ProductIds' => $products]);
expect('adding', $reply->TransactionStatus->StatusCode, 'OK');
expect('a transaction', strlen($reply->TransactionStatus->TransactionId), 36);
expect("the card in $world", entitlements($control, $world), [PRODUCT]);
expect('the card in demo', entitlements($control, 'demo'), $world === 'demo' ? [PRODUCT] : []);

$reply = call($client, 'GetActiveSubscriptions', ['CaClientId' => CARD]);
$active = array_map(fn ($one) => $one->ProductId, $reply->ActiveSubscriptions->ActiveSubscription ?? []);
expect('what is active', $active, [PRODUCT]);

$bark = ['CaClientIds' => ['CaClientId' => [CARD]], 'Message' => 'Grüße & <Küsse>'];
$reply = call($client, 'SendBarkMessageToClients', $bark);
expect('a message', $reply->TransactionStatus->StatusCode, 'OK');
$messages = json_decode(file_get_contents("$control/v1/cas/messages?world=$world"));
expect('its text', end($messages)->text, 'Grüße & <Küsse>');

$reply = call($client, 'AddSubscriptions', ['CaClientId' => '99999999999', 'ProductIds' => $products]);
expect('a card that is not there', $reply->TransactionStatus->StatusCode, 'CLIENT_NOT_FOUND');

// What the WSDL demands is missed before anything is sent.
try {
    call($client, 'AddSubscriptions', ['ProductIds' => $products]);
    $failures[] = 'a command without its card was sent';
} catch (SoapFault $fault) {
    expect('what is missing', str_contains($fault->getMessage(), "'CaClientId' property"), true);
}

foreach ($failures as $failure) {
    fwrite(STDERR, "not as expected: $failure\n");
}
exit($failures === [] ? 0 : 1);
