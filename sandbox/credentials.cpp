#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <memory>

#include "sandbox/sandbox.h"

namespace lockstep::sandbox {
namespace {

template <auto function>
struct Free {
    template <class T>
    void operator()(T* pointer) const {
        function(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;

constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view digits = "0123456789";

// Letters that a shell leaves alone, so that the environment file needs no quotes.
std::string random_text(std::string_view letters, std::size_t length) {
    std::string bytes(length, '\0');
    LS_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(length)) == 1);
    for (char& c : bytes) c = letters[static_cast<unsigned char>(c) % letters.size()];
    return bytes;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

}  // namespace

Result<GeneratedCredentials> generate_credentials() {
    const Key key(EVP_RSA_gen(2048));
    const Bio private_bio(BIO_new(BIO_s_mem())), public_bio(BIO_new(BIO_s_mem()));
    if (!key || !private_bio || !public_bio ||
        PEM_write_bio_PKCS8PrivateKey(private_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        PEM_write_bio_PUBKEY(public_bio.get(), key.get()) != 1)
        return fail(ErrorCode::internal, "an RSA key pair cannot be made");
    GeneratedCredentials out;
    out.sf_private_key_pem = text_of(private_bio.get());
    Credentials& made = out.credentials;
    made.sf_public_key_pem = text_of(public_bio.get());
    made.sf_client_id = "3MVG9" + random_text(alphanumeric, 80);
    made.sf_client_secret = random_text("0123456789ABCDEF", 64);
    made.sf_username = "integration@sandbox.example";
    made.sf_password = random_text(alphanumeric, 24);
    made.sf_refresh_token = "5Aep861" + random_text(alphanumeric, 80);
    made.sap_client_id = "sb-sandbox-" + random_text(hex_digits, 12);
    made.sap_client_secret = random_text(alphanumeric, 40);
    made.sap_user = "LOCKSTEP";
    made.sap_password = random_text(alphanumeric, 24);
    made.sap_api_key = random_text(alphanumeric, 32);
    made.zoho_client_id = "1000." + random_text(capitals, 30);
    made.zoho_client_secret = random_text(hex_digits, 42);
    made.zoho_refresh_token = "1000." + random_text(hex_digits, 32) + "." + random_text(hex_digits, 32);
    made.zoho_org_id = "7" + random_text(digits, 8);
    made.slack_path = "/services/T" + random_text(capitals, 8) + "/B" + random_text(capitals, 8) + "/" + random_text(alphanumeric, 24);
    return out;
}

}  // namespace lockstep::sandbox
